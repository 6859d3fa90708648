package dev.runlog.recording.batch;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.WorkflowKey;
import java.time.LocalDate;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The days and workflows that a batch must not create, with the reasons. */
record Refusals(Map<LocalDate, RunlogException> days, Map<WorkflowKey, RunlogException> workflows) {
    /**
     * The reason why an event is refused; null if it is accepted.
     *
     * @param isKnown whether its execution exists, which has a day then
     */
    @Nullable
    RunlogException of(QueuedEvent queued, boolean isKnown) {
        WorkflowRef workflow = queued.event().workflow();
        if (workflow == null || days.isEmpty() && workflows.isEmpty()) {
            return null;
        }
        RunlogException refusal =
                isKnown ? null : days.get(Draft.dayOf(queued.event().target().id()));
        return refusal != null || workflow.key() == null
                ? refusal
                : workflows.get(new WorkflowKey(queued.owner(), workflow.key()));
    }
}
