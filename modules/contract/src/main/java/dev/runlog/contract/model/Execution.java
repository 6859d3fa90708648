package dev.runlog.contract.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workflow, without its large parts: what a list reads. {@link ExecutionDetail} has the rest.
 *
 * @param id of version 7; its time is the start
 * @param owner the subject to whom its workflow belongs
 * @param trigger what set it off, in the engine's word
 * @param attempt counts from 1
 * @param parentId the execution that started this one
 * @param labels sorted by key
 * @param finishedAt to the millisecond; null while it runs
 * @param heartbeatDeadline when it counts as crashed unless it is heard of before; null where it never does
 * @param errorFingerprint equal for errors of the same type and place; null where there is no error
 * @param truncated the parts that were over a limit and cut
 * @param sanitized the parts in which characters that cannot be stored were replaced by U+FFFD
 * @param redacted how many secrets were replaced in it, those of its steps not counted
 * @param held whether it is kept whatever cleanups and policies say
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

    /** From start to finish; null while it runs. */
    public @Nullable Duration duration() {
        return finishedAt == null ? null : Duration.between(startedAt(), finishedAt);
    }

    /**
     * Its place and state, without what it was given and did: what an operator may see of another owner's execution. That
     * there was an error stays.
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
