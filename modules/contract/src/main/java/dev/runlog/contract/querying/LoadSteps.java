package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.model.Viewer;
import java.util.List;

/** Loads steps of the viewer's executions. The reply omits those that do not exist or belong to another owner. */
public record LoadSteps(Viewer viewer, List<StepId> ids) implements ReadRequest<LoadSteps.Loaded> {
    public LoadSteps {
        ids = List.copyOf(ids);
    }

    /** In no particular order. */
    public record Loaded(List<Step> steps) implements Message {
        public Loaded {
            steps = List.copyOf(steps);
        }
    }
}
