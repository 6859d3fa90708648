package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of executions.
 *
 * @param request the request that they answer
 * @param stored executions stored now, by status; null if the range begins or ends in the middle of a UTC day
 *     from which executions were deleted
 * @param recorded executions ever recorded, including deleted ones, by status
 * @param ages executions stored now, by age; null with {@code stored}
 * @param oldestDay UTC day of the oldest stored execution; null without any
 * @param bytesOnDisk size of the whole database, including indexes; null unless for all owners
 * @param recordedPerDay mean number of executions recorded per day, over the last seven whole UTC days of the range, or
 *     fewer if the range is shorter; 0 without any
 * @param bytesPerDay approximate growth of the database per day at that rate; null unless for all owners
 * @param intervals recorded executions by interval, oldest first
 */
public record Statistics(
        GetStatistics request,
        @Nullable StatusCounts stored,
        StatusCounts recorded,
        @Nullable Ages ages,
        @Nullable LocalDate oldestDay,
        @Nullable Long bytesOnDisk,
        double recordedPerDay,
        @Nullable Long bytesPerDay,
        List<IntervalStatistics> intervals)
        implements Message {
    public Statistics {
        intervals = List.copyOf(intervals);
    }

    /** Number of executions that started today, in the 6 days before, in the 23 days before those, and earlier. */
    public record Ages(long today, long previous6Days, long previous23Days, long older) {}

    /**
     * One interval.
     *
     * @param from inclusive, within the range
     * @param to exclusive, within the range
     * @param isComplete whether the whole interval is in the range and over
     * @param averageDuration of finished executions; null without any, or if the interval is not of whole UTC days
     * @param durations of finished executions; null with {@code averageDuration}
     */
    public record IntervalStatistics(
            Instant from,
            Instant to,
            StatusCounts recorded,
            boolean isComplete,
            @Nullable Duration averageDuration,
            @Nullable Quantiles durations) {}

    /** Quantiles of durations, each with a relative error of at most 2^(1/8) - 1, or 9.1 %. */
    public record Quantiles(Duration p50, Duration p95, Duration p99) {}
}
