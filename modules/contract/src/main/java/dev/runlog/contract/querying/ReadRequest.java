package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;

/**
 * A question about workflows or executions. It carries its viewer, so that whoever answers it can check the scope and
 * every statement can filter by owner; {@code ArchitectureTest} holds that no such question goes without one.
 */
public interface ReadRequest<R extends Message> extends Request<R> {
    Viewer viewer();

    /** Whose rows may be in the answer: the viewer's, unless a question says otherwise. */
    default Owners owners() {
        return Owners.of(viewer());
    }

    /** The scopes of which the viewer must have one. */
    default Scope[] scopes() {
        return new Scope[] {Scope.READ};
    }
}
