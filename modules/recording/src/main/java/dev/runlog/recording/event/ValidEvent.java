package dev.runlog.recording.event;

import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.recording.WorkflowRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

    /** The execution that the event is about. */
    Target target();

    /** The workflow that the event names; null if the event can only apply to an existing execution. */
    @Nullable
    WorkflowRef workflow();

    /** Whether the event may create its execution. */
    default boolean mayCreate() {
        return workflow() != null && target().refusal() == null;
    }

    /** The execution that started this one; null if the event names none. */
    default @Nullable Target parent() {
        return null;
    }

    /** The execution that this one repeats; null if the event names none. */
    default @Nullable Target retryOf() {
        return null;
    }

    /** Whether it refers to any execution by an external ID. */
    default boolean hasExternalIds() {
        return target().hash() != null || isExternal(parent()) || isExternal(retryOf());
    }

    private static boolean isExternal(@Nullable Target named) {
        return named != null && named.hash() != null;
    }

    /** Why parts of the event were ignored. */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * Computes the approximate memory of the event; the queue is bounded by it. A character of text counts 1, although
     * it takes two bytes if the text is not all Latin-1. Objects count their size in bytes on a 64-bit JVM.
     */
    long chars();

    /** A run started or was queued.
     *
     * @param isQueued whether it waits to be started
     * @param queuedAt null if it was not queued, or if only another event knows
     * @param startedAt null if the event gave no time */
    record Start(
            Target target,
            WorkflowRef workflow,
            boolean isQueued,
            @Nullable Instant queuedAt,
            @Nullable Instant startedAt,
            @Nullable String trigger,
            int attempt,
            @Nullable Target parent,
            @Nullable Target retryOf,
            Map<String, String> labels,
            @Nullable String payload,
            Alterations altered,
            @Nullable Duration heartbeatTimeout)
            implements ValidEvent {
        @Override
        public long chars() {
            long chars = EVENT_CHARS + target.chars() + charsOf(workflow) + charsOf(trigger) + charsOf(payload);
            chars += parent == null ? 0 : parent.chars();
            chars += retryOf == null ? 0 : retryOf.chars();
            for (Map.Entry<String, String> label : labels.entrySet()) {
                chars += LABEL_CHARS + charsOf(label.getKey()) + charsOf(label.getValue());
            }
            return chars;
        }
    }

    /** A run finished.
     *
     * @param startedAt null if the event gave no valid time
     * @param errorFingerprint null if there is no error */
    record Finish(
            Target target,
            @Nullable WorkflowRef workflow,
            ExecutionStatus status,
            @Nullable Instant startedAt,
            Instant finishedAt,
            @Nullable Target parent,
            @Nullable Target retryOf,
            @Nullable String result,
            @Nullable String errorType,
            @Nullable String errorMessage,
            @Nullable String errorFingerprint,
            @Nullable String errorDetails,
            @Nullable String stackTrace,
            Alterations altered,
            List<String> warnings)
            implements ValidEvent {
        public Finish {
            warnings = List.copyOf(warnings);
        }

        @Override
        public long chars() {
            return EVENT_CHARS
                    + target.chars()
                    + charsOf(workflow)
                    + (parent == null ? 0 : parent.chars())
                    + (retryOf == null ? 0 : retryOf.chars())
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
        public Target target() {
            return start.target();
        }

        @Override
        public WorkflowRef workflow() {
            return start.workflow();
        }

        @Override
        public @Nullable Target parent() {
            return start.parent();
        }

        @Override
        public @Nullable Target retryOf() {
            return start.retryOf();
        }

        @Override
        public List<String> warnings() {
            return finish.warnings();
        }

        @Override
        public long chars() {
            return start.chars() + finish.chars();
        }
    }

    /** Steps started or finished.
     *
     * @param steps of the execution with the ID of the target */
    record Steps(Target target, @Nullable WorkflowRef workflow, List<Step> steps) implements ValidEvent {
        public Steps {
            steps = List.copyOf(steps);
        }

        @Override
        public long chars() {
            long chars = EVENT_CHARS + target.chars() + charsOf(workflow);
            for (Step step : steps) {
                chars += STEP_CHARS
                        + charsOf(step.name())
                        + charsOf(step.kind())
                        + charsOf(step.input())
                        + charsOf(step.output())
                        + charsOf(step.error())
                        + charsOf(step.errorFingerprint());
            }
            return chars;
        }
    }

    record Beat(Target target, @Nullable WorkflowRef workflow) implements ValidEvent {
        @Override
        public long chars() {
            return EVENT_CHARS + target.chars() + charsOf(workflow);
        }
    }

    private static long charsOf(@Nullable WorkflowRef workflow) {
        return workflow == null ? 0 : charsOf(workflow.key()) + charsOf(workflow.name());
    }

    private static long charsOf(@Nullable ExecutionError error) {
        return error == null
                ? 0
                : charsOf(error.message())
                        + charsOf(error.type())
                        + charsOf(error.stackTrace())
                        + charsOf(error.details());
    }

    static long charsOf(@Nullable String text) {
        return text == null ? 0 : TEXT_CHARS + text.length();
    }
}
