package dev.runlog.contract.querying;

import dev.runlog.contract.model.ExecutionStatus;
import org.jspecify.annotations.Nullable;

/** Number of executions by status. */
public record StatusCounts(long queued, long running, long success, long failed, long cancelled, long crashed) {
    public static final StatusCounts NONE = new StatusCounts(0, 0, 0, 0, 0, 0);

    /** Counts with one status other than 0. */
    public static StatusCounts only(ExecutionStatus status, long count) {
        return new StatusCounts(
                status == ExecutionStatus.QUEUED ? count : 0,
                status == ExecutionStatus.RUNNING ? count : 0,
                status == ExecutionStatus.SUCCESS ? count : 0,
                status == ExecutionStatus.FAILED ? count : 0,
                status == ExecutionStatus.CANCELLED ? count : 0,
                status == ExecutionStatus.CRASHED ? count : 0);
    }

    public long total() {
        return queued + running + success + failed + cancelled + crashed;
    }

    public long of(ExecutionStatus status) {
        return switch (status) {
            case QUEUED -> queued;
            case RUNNING -> running;
            case SUCCESS -> success;
            case FAILED -> failed;
            case CANCELLED -> cancelled;
            case CRASHED -> crashed;
        };
    }

    /** Share of successes among finished and crashed executions, from 0 to 1; null without any. */
    public @Nullable Double successRate() {
        long finished = total() - queued - running;
        return finished == 0 ? null : (double) success / finished;
    }

    public StatusCounts plus(StatusCounts other) {
        return new StatusCounts(
                queued + other.queued,
                running + other.running,
                success + other.success,
                failed + other.failed,
                cancelled + other.cancelled,
                crashed + other.crashed);
    }
}
