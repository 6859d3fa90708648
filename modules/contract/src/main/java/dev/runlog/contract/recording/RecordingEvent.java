package dev.runlog.contract.recording;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an execution. Recording it twice changes nothing, except for a start without an ID, which
 * creates a new run each time. Events that name their workflow may arrive in any order: the first one creates the
 * execution.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RecordingEvent.Queued.class, name = "queued"),
    @JsonSubTypes.Type(value = RunStarted.class, name = "started"),
    @JsonSubTypes.Type(value = RunFinished.class, name = "finished"),
    @JsonSubTypes.Type(value = RecordingEvent.Completed.class, name = "execution"),
    @JsonSubTypes.Type(value = RecordingEvent.StepsRecorded.class, name = "steps"),
    @JsonSubTypes.Type(value = RecordingEvent.Heartbeat.class, name = "heartbeat")
})
public sealed interface RecordingEvent
        permits RecordingEvent.Queued,
                RunStarted,
                RunFinished,
                RecordingEvent.Completed,
                RecordingEvent.StepsRecorded,
                RecordingEvent.Heartbeat {

    ExecutionRef execution();

    /** Owner to record it for; null for the viewer. Another owner requires the scope {@code engine}. */
    @Nullable
    String owner();

    /** A run waits to be started. What it says of the run holds until the start says otherwise; it has no start time. */
    record Queued(RunStarted run) implements RecordingEvent {
        @Override
        public ExecutionRef execution() {
            return run.execution();
        }

        @Override
        public @Nullable String owner() {
            return run.owner();
        }
    }

    /** A run that has already finished: its start and finish in one event. Both refer to the same execution. */
    record Completed(RunStarted start, RunFinished finish) implements RecordingEvent {
        @Override
        public ExecutionRef execution() {
            return start.execution();
        }

        @Override
        public @Nullable String owner() {
            return start.owner();
        }
    }

    /**
     * Steps started or finished. A known step is updated with the fields that are set; a finished one does not change.
     *
     * @param workflow only required if no other event of the run may have arrived
     */
    record StepsRecorded(
            ExecutionRef execution,
            @Nullable String owner,
            @Nullable WorkflowRef workflow,
            List<StepEvent> steps) implements RecordingEvent {
        public StepsRecorded {
            steps = List.copyOf(steps);
        }
    }

    /**
     * The run is alive: its heartbeat deadline becomes now plus its timeout.
     *
     * @param workflow only required if no other event of the run may have arrived
     */
    record Heartbeat(
            ExecutionRef execution,
            @Nullable String owner,
            @Nullable WorkflowRef workflow) implements RecordingEvent {}
}
