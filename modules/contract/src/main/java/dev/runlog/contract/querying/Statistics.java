package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Figures over executions.
 *
 * @param stored those that are there now, by status
 * @param recorded those that were ever recorded, cleaned up ones included, by status
 * @param ages those that are there now, by age
 * @param oldestStartedAt the start of the oldest that is there now, to the day
 * @param bytesOnDisk tables and indexes of the whole database; null unless across owners
 * @param recordedPerDay mean number of executions recorded per day, over the last seven whole UTC days of the range (all
 *     of them if there are fewer); 0 if there are none
 * @param bytesPerDay by how much the database grows a day at that rate, about; null unless across owners
 * @param workflows those with most executions that are there now, most first; empty unless asked for
 * @param intervals recorded ones by interval, oldest first, without empty ones
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

    /** How many executions of a workflow are there now. */
    public record WorkflowSize(UUID workflowId, String key, String owner, long stored) {}

    /** How many started in the last UTC day, the six days before, the 23 before those, and earlier. */
    public record Ages(long lastDay, long lastWeek, long lastMonth, long older) {}

    /**
     * One interval.
     *
     * @param from its first moment, within the range
     * @param to the first moment after it, within the range
     * @param averageDuration of those that finished; null where none did
     * @param durations of those that finished; null where none did
     */
    public record IntervalStatistics(
            Instant from,
            Instant to,
            StatusCounts recorded,
            @Nullable Duration averageDuration,
            @Nullable Quantiles durations) {

        /** Successes among those that are over, from 0 to 1; null where none is. */
        public @Nullable Double successRate() {
            long over = recorded.total() - recorded.running();
            return over == 0 ? null : (double) recorded.success() / over;
        }
    }

    /** What half, 95 and 99 of a hundred stay below; each off by a factor of 2^(1/8), 9.1 %, at the most. */
    public record Quantiles(Duration p50, Duration p95, Duration p99) {}
}
