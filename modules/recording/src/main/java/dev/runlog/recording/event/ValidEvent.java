package dev.runlog.recording.event;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.recording.WorkflowRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A checked event, ready to store: defaults are filled in, secrets replaced, long parts cut. */
public sealed interface ValidEvent {
    /** An event with its IDs, timestamps and queue entry. */
    int EVENT_CHARS = 256;

    /** A step with its timestamps. */
    int STEP_CHARS = 128;

    /** The map entry of a label. */
    int LABEL_CHARS = 16;

    /** The overhead of a string. */
    int TEXT_CHARS = 48;

    UUID executionId();

    /** The workflow that the event names; null if the event can only apply to an existing execution. */
    @Nullable
    WorkflowRef workflow();

    /**
     * Computes the approximate memory of the event; the queue is bounded by it. A character of text counts 1, although
     * it takes two bytes if the text is not all Latin-1. Objects count their size in bytes on a 64-bit JVM.
     */
    long chars();

    /** A run started.
     *
     * @param idGenerated whether this server generated the ID, which means that the execution is new */
    record Start(
            UUID executionId,
            boolean idGenerated,
            WorkflowRef workflow,
            @Nullable String trigger,
            int attempt,
            @Nullable UUID parentId,
            Map<String, String> labels,
            @Nullable String payload,
            Alterations altered,
            @Nullable Duration heartbeatTimeout)
            implements ValidEvent {
        @Override
        public long chars() {
            long chars = EVENT_CHARS + charsOf(workflow) + charsOf(trigger) + charsOf(payload);
            for (Map.Entry<String, String> label : labels.entrySet()) {
                chars += LABEL_CHARS + charsOf(label.getKey()) + charsOf(label.getValue());
            }
            return chars;
        }
    }

    /** A run finished.
     *
     * @param errorFingerprint null if there is no error */
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
            Alterations altered)
            implements ValidEvent {
        @Override
        public long chars() {
            return EVENT_CHARS
                    + charsOf(workflow)
                    + charsOf(result)
                    + charsOf(errorType)
                    + charsOf(errorMessage)
                    + charsOf(errorFingerprint)
                    + charsOf(errorDetails)
                    + charsOf(stackTrace);
        }
    }

    /** The start and the finish of a run; they are recorded together or not at all. */
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
            long chars = EVENT_CHARS;
            for (Step step : steps) {
                chars += STEP_CHARS
                        + charsOf(step.name())
                        + charsOf(step.kind())
                        + charsOf(step.input())
                        + charsOf(step.output())
                        + charsOf(step.error());
            }
            return chars;
        }
    }

    record Beat(UUID executionId) implements ValidEvent {
        @Override
        public @Nullable WorkflowRef workflow() {
            return null;
        }

        @Override
        public long chars() {
            return EVENT_CHARS;
        }
    }

    private static long charsOf(@Nullable WorkflowRef workflow) {
        return workflow == null ? 0 : charsOf(workflow.key());
    }

    private static long charsOf(@Nullable String text) {
        return text == null ? 0 : TEXT_CHARS + text.length();
    }
}
