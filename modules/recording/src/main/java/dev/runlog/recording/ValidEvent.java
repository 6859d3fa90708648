package dev.runlog.recording;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.recording.WorkflowRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An event as it may be stored: checked, defaults filled in, secrets replaced, long parts cut. */
sealed interface ValidEvent {
    /** An event with its ids and moments, and its place in the queue. */
    int EVENT_CHARS = 256;

    /** A step with its moments. */
    int STEP_CHARS = 128;

    /** A label's place among others. */
    int LABEL_CHARS = 16;

    /** A text beside its characters. */
    int TEXT_CHARS = 48;

    UUID executionId();

    /** The workflow that it names; null where it bears on an execution that must be known. */
    @Nullable
    WorkflowRef workflow();

    /**
     * What it keeps in memory, roughly, which is what the queue is bounded by: the characters of its texts, and for
     * objects as many as they take bytes on a 64-bit JVM. So a character is a byte, or two where its text has any beyond
     * Latin-1. It is counted anew at each call.
     */
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
