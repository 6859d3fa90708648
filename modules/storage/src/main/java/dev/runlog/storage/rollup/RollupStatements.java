package dev.runlog.storage.rollup;

import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.sql.Statement;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;

/** The statements that add a batch to the rollups. */
public final class RollupStatements {
    private static final String ADD_COUNTS = """
            SET queued = known.queued + excluded.queued,
                running = known.running + excluded.running,
                success = known.success + excluded.success,
                failed = known.failed + excluded.failed,
                cancelled = known.cancelled + excluded.cancelled,
                crashed = known.crashed + excluded.crashed,
                duration_millis_sum = known.duration_millis_sum + excluded.duration_millis_sum,
                unstarted = known.unstarted + excluded.unstarted
            """;

    /**
     * Also makes deleted workflows visible again, as if they were new. A server may have looked up a workflow before
     * another one deleted it. The deletion waits for transactions that have inserted executions, and blocks the inserts
     * of others until its commit, so one of the two always sees the other.
     */
    private static final String ADD_BY_WORKFLOW = """
            WITH undeleted AS (
              UPDATE workflow
              SET name = key, created_at = now(), deleted_at = NULL
              WHERE deleted_at IS NOT NULL AND id = ANY ($2)
              RETURNING id),
            added AS (
              INSERT INTO execution_daily AS known
                (owner_id, workflow_id, day, queued, running, success, failed, cancelled, crashed, duration_millis_sum,
                 unstarted)
              SELECT owner_id, workflow_id, day, queued, running, success, failed, cancelled, crashed, duration_millis,
                     unstarted
              FROM unnest($1::integer[], $2::uuid[], $3::date[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                          $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[])
                AS new (owner_id, workflow_id, day, queued, running, success, failed, cancelled, crashed, duration_millis,
                        unstarted)
              ORDER BY owner_id, workflow_id, day
              ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
            """ + ADD_COUNTS + """
            )
            SELECT id FROM undeleted ORDER BY id
            """;

    /** Concurrent writers have different connections and therefore mostly different shards. */
    private static final String ADD_BY_DAY = """
            INSERT INTO execution_day AS known
              (day, shard, queued, running, success, failed, cancelled, crashed, duration_millis_sum, unstarted)
            SELECT day, pg_backend_pid() % 8, queued, running, success, failed, cancelled, crashed, duration_millis,
                   unstarted
            FROM unnest($1::date[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                        $8::bigint[], $9::bigint[])
              AS new (day, queued, running, success, failed, cancelled, crashed, duration_millis, unstarted)
            ORDER BY day
            ON CONFLICT (day, shard) DO UPDATE
            """ + ADD_COUNTS;

    /**
     * Common table expressions that add the rows of {@code deleted_count} to the counts of deleted executions: owner_id,
     * workflow_id, day, success, failed, cancelled, crashed. They lock rollups in the same order as recording does.
     * Recording never uses shard -1.
     */
    public static final String ADD_DELETED = """
            deleted_daily AS (
              INSERT INTO execution_daily AS known
                (owner_id, workflow_id, day, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
              SELECT owner_id, workflow_id, day, success, failed, cancelled, crashed
              FROM deleted_count
              ORDER BY owner_id, workflow_id
              ON CONFLICT (owner_id, workflow_id, day) DO UPDATE SET :added),
            deleted_day AS (
              INSERT INTO execution_day AS known
                (day, shard, success_deleted, failed_deleted, cancelled_deleted, crashed_deleted)
              SELECT day, -1, sum(success), sum(failed), sum(cancelled), sum(crashed)
              FROM deleted_count
              GROUP BY day
              ON CONFLICT (day, shard) DO UPDATE SET :added)
            """.replace(":added", """
                    success_deleted = known.success_deleted + excluded.success_deleted,
                      failed_deleted = known.failed_deleted + excluded.failed_deleted,
                      cancelled_deleted = known.cancelled_deleted + excluded.cancelled_deleted,
                      crashed_deleted = known.crashed_deleted + excluded.crashed_deleted""");

    /** One row per batch. Updating a counter for each bucket doubled the time of the rollups. */
    private static final String ADD_DURATIONS = """
            INSERT INTO histogram_delta (owner_ids, workflow_ids, days, buckets, counts)
            VALUES ($1, $2, $3, $4, $5)
            """;

    private RollupStatements() {}

    /**
     * Adds to the counts of workflows. Returns the IDs of workflows that were deleted, and are now visible again. All
     * writers lock rows in the same order, and call {@link #addByDay} after this.
     */
    public static Statement addByWorkflow(Collection<DailyDelta> deltas) {
        return new Statement(ADD_BY_WORKFLOW, Tuple.from(new Object[] {
            column(deltas, Integer[]::new, DailyDelta::ownerId),
            column(deltas, UUID[]::new, DailyDelta::workflowId),
            column(deltas, LocalDate[]::new, DailyDelta::day),
            counts(deltas, StatusCounts::queued),
            counts(deltas, StatusCounts::running),
            counts(deltas, StatusCounts::success),
            counts(deltas, StatusCounts::failed),
            counts(deltas, StatusCounts::cancelled),
            counts(deltas, StatusCounts::crashed),
            column(deltas, Long[]::new, DailyDelta::durationMillis),
            column(deltas, Long[]::new, DailyDelta::unstarted)
        }));
    }

    /** Adds to the counts of all owners. */
    public static Statement addByDay(Collection<DailyDelta> deltas) {
        Collection<DailyDelta> sums = DailyDelta.byDay(deltas);
        return new Statement(ADD_BY_DAY, Tuple.from(new Object[] {
            column(sums, LocalDate[]::new, DailyDelta::day),
            counts(sums, StatusCounts::queued),
            counts(sums, StatusCounts::running),
            counts(sums, StatusCounts::success),
            counts(sums, StatusCounts::failed),
            counts(sums, StatusCounts::cancelled),
            counts(sums, StatusCounts::crashed),
            column(sums, Long[]::new, DailyDelta::durationMillis),
            column(sums, Long[]::new, DailyDelta::unstarted)
        }));
    }

    /** Adds to the histograms of durations. */
    public static Statement addDurations(Collection<HistogramDelta> deltas) {
        return new Statement(ADD_DURATIONS, Tuple.from(new Object[] {
            column(deltas, Integer[]::new, HistogramDelta::ownerId),
            column(deltas, UUID[]::new, HistogramDelta::workflowId),
            column(deltas, LocalDate[]::new, HistogramDelta::day),
            column(deltas, Short[]::new, delta -> (short) delta.bucket()),
            column(deltas, Integer[]::new, HistogramDelta::count)
        }));
    }

    private static Long[] counts(Collection<DailyDelta> deltas, ToLongFunction<StatusCounts> count) {
        return column(deltas, Long[]::new, delta -> count.applyAsLong(delta.counts()));
    }

    private static <S, T> T[] column(Collection<S> rows, IntFunction<T[]> array, Function<S, T> value) {
        return rows.stream().map(value).toArray(array);
    }
}
