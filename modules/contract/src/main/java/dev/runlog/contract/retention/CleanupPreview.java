package dev.runlog.contract.retention;

import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.querying.StatusCounts;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cleanup would delete and keep.
 *
 * @param exact whether execution counts are exact; otherwise partial days are estimated
 * @param sizesExact whether {@code steps} and {@code bytes} are exact; otherwise they are estimated from partition
 *     sizes
 * @param byStatus executions to delete, by status
 * @param workflows workflows with the most executions to delete, largest first
 * @param oldestStartedAt start of the oldest execution to delete; to the day if not exact
 * @param newestStartedAt start of the newest execution to delete; to the day if not exact
 * @param steps number of their steps
 * @param bytes bytes to be freed
 * @param partitions number of days that would be dropped as a whole
 * @param spared matching executions that would be kept
 */
public record CleanupPreview(
        boolean exact,
        boolean sizesExact,
        StatusCounts byStatus,
        List<WorkflowCount> workflows,
        @Nullable Instant oldestStartedAt,
        @Nullable Instant newestStartedAt,
        long steps,
        long bytes,
        int partitions,
        Spared spared) {
    public CleanupPreview {
        workflows = List.copyOf(workflows);
    }

    public long executions() {
        return byStatus.total();
    }

    /** Number of executions of one workflow to delete. */
    public record WorkflowCount(Workflow workflow, long executions) {}

    /**
     * Matching executions that are kept, by the first reason that applies.
     *
     * @param running still running
     * @param held on hold
     * @param keptByPolicy kept longer by a retention policy
     * @param keptLast among the latest of their workflow
     * @param children descendants of an execution that is kept
     */
    public record Spared(long running, long held, long keptByPolicy, long keptLast, long children) {}
}
