package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import java.util.List;
import java.util.UUID;

/**
 * Workflows by their ids; those that are unknown or of other owners are absent from the reply.
 *
 * @param owners the viewer's own, or others' for operators, who hold executions and clean up for anybody
 */
public record LoadWorkflows(Viewer viewer, Owners owners, List<UUID> ids) implements ReadRequest<LoadWorkflows.Loaded> {
    /** Of the viewer's own. */
    public LoadWorkflows(Viewer viewer, List<UUID> ids) {
        this(viewer, Owners.of(viewer), ids);
    }

    /** Cleanups and policies name the workflow that they are for. */
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
