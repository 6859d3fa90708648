package dev.runlog.contract.querying;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Executions by start and status.
 *
 * @param bucketWidth width of all buckets except the first and the last, which are cut to the range
 * @param buckets oldest first, without gaps
 */
public record ExecutionHistogram(Duration bucketWidth, List<Bucket> buckets) {
    public ExecutionHistogram {
        buckets = List.copyOf(buckets);
    }

    /**
     * Executions of an interval.
     *
     * @param from inclusive
     * @param to exclusive
     */
    public record Bucket(Instant from, Instant to, StatusCounts counts) {}
}
