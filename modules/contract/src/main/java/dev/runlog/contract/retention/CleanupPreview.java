package dev.runlog.contract.retention;

import dev.runlog.contract.querying.StatusCounts;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a cleanup would delete and what it would spare.
 *
 * @param exact whether the numbers of executions are exact; where they are not, a part of a day is told by its share
 * @param sizesExact whether steps and bytes were summed up; else they are shares of the partitions' sizes
 * @param byStatus what would go, by status
 * @param workflows of which workflows most would go, most first
 * @param oldestStartedAt the start of the oldest that would go; to the day where it is not exact
 * @param newestStartedAt the start of the newest that would go; to the day where it is not exact
 * @param steps that would go with them
 * @param bytes that would be given back
 * @param partitions days of which nothing would stay
 * @param spared what meets the criteria and stays
 */
public record CleanupPreview(
        boolean exact,
        boolean sizesExact,
        StatusCounts byStatus,
        List<OfWorkflow> workflows,
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

    /** How many of one workflow would go. */
    public record OfWorkflow(UUID workflowId, String key, long executions) {}

    /**
     * What stays, by the first reason that holds.
     *
     * @param running they run
     * @param held somebody holds them
     * @param keptByPolicy a retention policy keeps them longer
     * @param keptLast they are among the newest of their workflow
     * @param children an execution above them stays
     */
    public record Spared(long running, long held, long keptByPolicy, long keptLast, long children) {}
}
