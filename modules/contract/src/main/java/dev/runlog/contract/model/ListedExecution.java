package dev.runlog.contract.model;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What every list shows of an execution: which one it is, its status, its times and its error. */
public sealed interface ListedExecution permits Execution, ExecutionOutline {
    /** UUID version 7; its timestamp is the start or, of a queued execution, the time when it was queued. */
    UUID id();

    UUID workflowId();

    /** Owner of the workflow. */
    String owner();

    ExecutionStatus status();

    /** Millisecond precision; null while running. */
    @Nullable
    Instant finishedAt();

    @Nullable
    String errorType();

    @Nullable
    String errorMessage();

    /** Equal for errors with the same type and origin; null without an error. */
    @Nullable
    String errorFingerprint();

    /** Millisecond precision; null if it was queued and has not started. */
    @Nullable
    Instant startedAt();

    /** Time from start to finish; null while running, or if it never started. */
    default @Nullable Duration duration() {
        Instant startedAt = startedAt();
        Instant finishedAt = finishedAt();
        return startedAt == null || finishedAt == null ? null : Duration.between(startedAt, finishedAt);
    }

    default boolean hasError() {
        return errorFingerprint() != null;
    }

    /** The start of an execution that was not queued is the time in its ID, unless another one is known. */
    static @Nullable Instant startOf(UUID id, @Nullable Instant queuedAt, @Nullable Instant startedAt) {
        return startedAt == null && queuedAt == null ? Ids.timeOf(id) : startedAt;
    }
}
