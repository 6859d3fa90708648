package dev.runlog.contract.model;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What every list shows of an execution: which one it is, its status, its times and its error. */
public sealed interface ListedExecution permits Execution, ExecutionOutline {
    /** UUID version 7; its timestamp is the start. */
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

    default Instant startedAt() {
        return Ids.timeOf(id());
    }

    /** Time from start to finish; null while running. */
    default @Nullable Duration duration() {
        Instant finishedAt = finishedAt();
        return finishedAt == null ? null : Duration.between(startedAt(), finishedAt);
    }

    default boolean hasError() {
        return errorFingerprint() != null;
    }
}
