package dev.runlog.contract.recording;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Labels;
import dev.runlog.contract.model.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an execution. Recording it twice changes nothing, except for a start without an ID, which
 * creates a new run each time. A finish that names its workflow may arrive before its start.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RecordingEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = RecordingEvent.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = RecordingEvent.Completed.class, name = "execution"),
    @JsonSubTypes.Type(value = RecordingEvent.StepsRecorded.class, name = "steps"),
    @JsonSubTypes.Type(value = RecordingEvent.Heartbeat.class, name = "heartbeat")
})
public sealed interface RecordingEvent {

    /** Owner to record it for; null for the viewer. Another owner requires the scope {@code engine}. */
    @Nullable
    String owner();

    /**
     * A run started.
     *
     * @param executionId UUID version 7 whose timestamp is the start; null to generate one
     * @param startedAt null for the timestamp of the ID, or now without an ID
     * @param attempt attempt number, starting at 1; null for 1
     * @param payload JSON text
     * @param heartbeatTimeout time without a heartbeat after which it becomes {@code CRASHED}; null for never
     */
    record Started(
            @Nullable UUID executionId,
            @Nullable String owner,
            WorkflowRef workflow,
            @Nullable Instant startedAt,
            @Nullable String trigger,
            @Nullable Integer attempt,
            @Nullable UUID parentId,
            Map<String, String> labels,
            @Nullable String payload,
            @Nullable Duration heartbeatTimeout)
            implements RecordingEvent {
        public Started {
            labels = Labels.sorted(labels);
        }
    }

    /**
     * A run finished.
     *
     * @param workflow only required if the start may arrive later
     * @param status {@code SUCCESS}, {@code FAILED} or {@code CANCELLED}
     * @param finishedAt null for now
     * @param result JSON text
     */
    record Finished(
            UUID executionId,
            @Nullable String owner,
            @Nullable WorkflowRef workflow,
            ExecutionStatus status,
            @Nullable Instant finishedAt,
            @Nullable String result,
            @Nullable ExecutionError error)
            implements RecordingEvent {}

    /** A run that has already finished: its start and finish in one event, with the same ID if both have one. */
    record Completed(Started start, Finished finish) implements RecordingEvent {
        @Override
        public @Nullable String owner() {
            return start.owner();
        }
    }

    /**
     * Steps started or finished. A known step is updated with the fields that are set; a finished one does not change.
     */
    record StepsRecorded(UUID executionId, @Nullable String owner, List<StepEvent> steps) implements RecordingEvent {
        public StepsRecorded {
            steps = List.copyOf(steps);
        }
    }

    /**
     * One step of {@link StepsRecorded}.
     *
     * @param index position within the execution, starting at 0
     * @param input JSON text
     * @param output JSON text
     * @param error JSON text
     */
    record StepEvent(
            int index,
            String name,
            @Nullable String kind,
            StepStatus status,
            @Nullable Instant startedAt,
            @Nullable Instant finishedAt,
            @Nullable String input,
            @Nullable String output,
            @Nullable String error) {}

    /** The run is alive: its heartbeat deadline becomes now plus its timeout. */
    record Heartbeat(UUID executionId, @Nullable String owner) implements RecordingEvent {}
}
