package dev.runlog.contract.querying;

import dev.runlog.contract.bus.LoopRequest;
import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;

/**
 * A read of workflows or executions. It carries the viewer, which the handler needs to check scopes and to filter by
 * owner. {@code ArchitectureTest} checks that every read implements this interface.
 */
public interface ReadRequest<R extends Message> extends LoopRequest<R> {
    Viewer viewer();

    /** Owners of the rows that may be returned; the viewer by default. */
    default Owners owners() {
        return Owners.of(viewer());
    }

    /** The viewer needs one of these scopes. */
    default Scope[] scopes() {
        return new Scope[] {Scope.READ};
    }
}
