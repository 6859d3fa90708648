package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of executions.
 *
 * @param stored executions stored now, by status
 * @param recorded executions ever recorded, including deleted ones, by status
 * @param ages executions stored now, by age
 * @param oldestStartedAt start of the oldest stored execution, to the day
 * @param bytesOnDisk size of the whole database, including indexes; null unless for all owners
 * @param recordedPerDay mean number of executions recorded per day, over the last seven whole UTC days of the range, or
 *     fewer if the range is shorter; 0 without any
 * @param bytesPerDay approximate growth of the database per day at that rate; null unless for all owners
 * @param workflows workflows with the most stored executions, largest first; empty unless requested
 * @param intervals recorded executions by interval, oldest first, without empty intervals
 */
public record Statistics(
        StatusCounts stored,
        StatusCounts recorded,
        Ages ages,
        @Nullable Instant oldestStartedAt,
        @Nullable Long bytesOnDisk,
        double recordedPerDay,
        @Nullable Long bytesPerDay,
        List<WorkflowSize> workflows,
        List<IntervalStatistics> intervals)
        implements Message {
    public Statistics {
        workflows = List.copyOf(workflows);
        intervals = List.copyOf(intervals);
    }

    /** Number of stored executions of a workflow. */
    public record WorkflowSize(UUID workflowId, String key, String owner, long stored) {}

    /** Number of executions that started in the last UTC day, the 6 days before, the 23 before those, and earlier. */
    public record Ages(long lastDay, long lastWeek, long lastMonth, long older) {}

    /**
     * One interval.
     *
     * @param from inclusive, within the range
     * @param to exclusive, within the range
     * @param averageDuration of finished executions; null without any
     * @param durations of finished executions; null without any
     */
    public record IntervalStatistics(
            Instant from,
            Instant to,
            StatusCounts recorded,
            @Nullable Duration averageDuration,
            @Nullable Quantiles durations) {

        /** Share of successes among finished executions, from 0 to 1; null without any. */
        public @Nullable Double successRate() {
            long finished = recorded.total() - recorded.running();
            return finished == 0 ? null : (double) recorded.success() / finished;
        }
    }

    /** Quantiles of durations, each with a relative error of at most 2^(1/8) - 1, or 9.1 %. */
    public record Quantiles(Duration p50, Duration p95, Duration p99) {}
}
