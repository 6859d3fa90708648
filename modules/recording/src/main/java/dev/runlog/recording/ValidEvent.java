package dev.runlog.recording;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.recording.WorkflowRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event as it may be stored: checked, defaults filled in, secrets replaced, long parts cut. */
sealed interface ValidEvent {
    UUID executionId();

    /** The workflow that it names; null where it bears on an execution that must be known. */
    @Nullable
    WorkflowRef workflow();

    /** The characters of text that it holds, roughly: what the queue is bounded by. */
    long chars();

    /** A run began.
     *
     * @param idMade whether the id was made here, so that no one else can have recorded it */
    record Start(
            UUID executionId,
            boolean idMade,
            WorkflowRef workflow,
            @Nullable String trigger,
            int attempt,
            @Nullable UUID parentId,
            Map<String, String> labels,
            @Nullable String payload,
            Set<ExecutionPart> truncated,
            @Nullable Duration heartbeatTimeout)
            implements ValidEvent {
        @Override
        public long chars() {
            return length(payload);
        }
    }

    /** A run ended.
     *
     * @param errorFingerprint null where there is no error */
    record Finish(
            UUID executionId,
            @Nullable WorkflowRef workflow,
            ExecutionStatus status,
            Instant finishedAt,
            @Nullable String result,
            @Nullable String errorType,
            @Nullable String errorMessage,
            @Nullable String errorFingerprint,
            @Nullable String errorDetails,
            @Nullable String stackTrace,
            Set<ExecutionPart> truncated)
            implements ValidEvent {
        @Override
        public long chars() {
            return length(result) + length(errorMessage) + length(errorDetails) + length(stackTrace);
        }
    }

    /** Both ends of a run that is over; its events stand or fall together. */
    record Complete(Start start, Finish finish) implements ValidEvent {
        @Override
        public UUID executionId() {
            return start.executionId();
        }

        @Override
        public WorkflowRef workflow() {
            return start.workflow();
        }

        @Override
        public long chars() {
            return start.chars() + finish.chars();
        }
    }

    record Steps(UUID executionId, List<Step> steps) implements ValidEvent {
        public Steps {
            steps = List.copyOf(steps);
        }

        @Override
        public @Nullable WorkflowRef workflow() {
            return null;
        }

        @Override
        public long chars() {
            return steps.stream()
                    .mapToLong(step -> length(step.input()) + length(step.output()) + length(step.error()))
                    .sum();
        }
    }

    record Beat(UUID executionId) implements ValidEvent {
        @Override
        public @Nullable WorkflowRef workflow() {
            return null;
        }

        @Override
        public long chars() {
            return 0;
        }
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
