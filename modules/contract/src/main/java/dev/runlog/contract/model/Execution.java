package dev.runlog.contract.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workflow, without its large parts, which are in {@link ExecutionDetail}.
 *
 * @param id UUID version 7; its timestamp is the start
 * @param owner owner of the workflow
 * @param trigger what started it, as named by the engine
 * @param attempt attempt number, starting at 1
 * @param parentId the execution that started this one
 * @param labels sorted by key
 * @param finishedAt millisecond precision; null while running
 * @param heartbeatDeadline time at which it becomes {@code CRASHED} without another heartbeat; null if never
 * @param errorFingerprint equal for errors with the same type and origin; null without an error
 * @param truncated parts that exceeded a limit and were cut
 * @param sanitized parts in which U+FFFD replaced characters that cannot be stored
 * @param redacted number of secrets that were replaced in it, not counting its steps
 * @param held whether it is protected from cleanups and policies
 */
public record Execution(
        UUID id,
        UUID workflowId,
        String owner,
        ExecutionStatus status,
        @Nullable String trigger,
        int attempt,
        @Nullable UUID parentId,
        Map<String, String> labels,
        @Nullable Instant finishedAt,
        @Nullable Instant heartbeatDeadline,
        @Nullable String errorType,
        @Nullable String errorMessage,
        @Nullable String errorFingerprint,
        Set<ExecutionPart> truncated,
        Set<ExecutionPart> sanitized,
        int redacted,
        boolean held) {

    public Execution {
        labels = Labels.sorted(labels);
        truncated = OrderedSet.copyOf(truncated);
        sanitized = OrderedSet.copyOf(sanitized);
    }

    public Instant startedAt() {
        return Ids.timeOf(id);
    }

    /** Time from start to finish; null while running. */
    public @Nullable Duration duration() {
        return finishedAt == null ? null : Duration.between(startedAt(), finishedAt);
    }

    /**
     * Returns a copy without its contents: only what an operator may see of another owner's execution. {@link
     * #hasError} stays the same.
     */
    public Execution withoutContents() {
        return new Execution(
                id,
                workflowId,
                owner,
                status,
                null,
                attempt,
                null,
                Map.of(),
                finishedAt,
                heartbeatDeadline,
                null,
                null,
                hasError() ? "" : null,
                truncated,
                sanitized,
                redacted,
                held);
    }

    public boolean hasError() {
        return errorFingerprint != null;
    }
}
