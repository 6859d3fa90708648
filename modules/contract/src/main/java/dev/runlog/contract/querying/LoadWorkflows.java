package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import java.util.List;
import java.util.UUID;

/**
 * Loads workflows by ID. The reply omits those that do not exist or belong to other owners.
 *
 * @param owners the viewer; or others for operators, who hold and clean up executions of any owner
 */
public record LoadWorkflows(Viewer viewer, Owners owners, List<UUID> ids) implements ReadRequest<LoadWorkflows.Loaded> {
    /** Loads workflows of the viewer. */
    public LoadWorkflows(Viewer viewer, List<UUID> ids) {
        this(viewer, Owners.of(viewer), ids);
    }

    /** Includes cleanup scopes, because cleanups and policies refer to workflows. */
    @Override
    public Scope[] scopes() {
        return new Scope[] {Scope.READ, Scope.CLEANUP, Scope.OPS};
    }

    public LoadWorkflows {
        ids = List.copyOf(ids);
    }

    /** In no particular order. */
    public record Loaded(List<Workflow> workflows) implements Message {
        public Loaded {
            workflows = List.copyOf(workflows);
        }
    }
}
