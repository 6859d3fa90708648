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
 * One thing that happened to an execution. Recording it twice changes nothing, but for a start without an id, which is a
 * run of its own each time. A finish that names its workflow may come before its start.
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

    /** For whom it is recorded; null for the viewer. Another's needs the scope {@code engine}. */
    @Nullable
    String owner();

    /**
     * A run began.
     *
     * @param executionId of version 7, its time is the start; null to have one made
     * @param startedAt null for the time of the id, or now where there is none
     * @param attempt counts from 1; null for 1
     * @param payload JSON text
     * @param heartbeatTimeout after how long a silence it counts as crashed; null for never
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
     * A run ended.
     *
     * @param workflow only needed where the start may come later
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

    /** A run that is over already: both ends in one. The ids of both, where set, are the same. */
    record Completed(Started start, Finished finish) implements RecordingEvent {
        @Override
        public @Nullable String owner() {
            return start.owner();
        }
    }

    /** Steps began or ended. A step that is known by its index takes over what is set; a finished one stays as it is. */
    record StepsRecorded(UUID executionId, @Nullable String owner, List<StepEvent> steps) implements RecordingEvent {
        public StepsRecorded {
            steps = List.copyOf(steps);
        }
    }

    /**
     * One step of {@link StepsRecorded}.
     *
     * @param index its place within the execution, from 0
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

    /** The run is alive: its deadline moves to its timeout from now. */
    record Heartbeat(UUID executionId, @Nullable String owner) implements RecordingEvent {}
}
