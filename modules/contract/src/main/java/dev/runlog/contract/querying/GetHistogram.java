package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import org.jspecify.annotations.Nullable;

/**
 * Counts the executions of a query by start and status. The buckets cover the query's start range, or the time from the
 * oldest stored day until now.
 *
 * @param buckets maximum number of buckets, 1 to {@link #BUCKETS_MAX}; otherwise the request fails with {@code
 *     BAD_INPUT}
 */
public record GetHistogram(Viewer viewer, ExecutionQuery query, int buckets)
        implements ReadRequest<GetHistogram.Found> {
    /** Maximum of {@code buckets}. */
    public static final int BUCKETS_MAX = 60;

    /** The exact histogram; null if counting takes too long. */
    public record Found(@Nullable ExecutionHistogram histogram) implements Message {}
}
