package dev.runlog.storage.rollup;

import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** Folds the deltas of batches into the histograms of days. */
public final class HistogramFold {
    /** Folding reads and rewrites whole histograms, so only one server may fold at a time. */
    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('runlog.durations'))";

    /** OFFSET 0 makes PostgreSQL look up each histogram by its key, even if the planner expects a small table. */
    private static final String FOLD = """
            WITH taken AS (
              DELETE FROM histogram_delta
              WHERE id IN (SELECT id FROM histogram_delta ORDER BY id LIMIT $1)
              RETURNING owner_ids, workflow_ids, days, buckets, counts),
            added AS MATERIALIZED (
              SELECT coalesce(owner_id, 0) AS owner_id,
                     coalesce(workflow_id, '00000000-0000-0000-0000-000000000000') AS workflow_id, day, bucket,
                     sum(count) AS count
              FROM taken, unnest(owner_ids, workflow_ids, days, buckets, counts)
                AS new (owner_id, workflow_id, day, bucket, count)
              GROUP BY GROUPING SETS ((owner_id, workflow_id, day, bucket), (owner_id, day, bucket), (day, bucket))),
            known AS (
              SELECT a.owner_id, a.workflow_id, a.day, k.bucket, k.count
              FROM (SELECT DISTINCT owner_id, workflow_id, day FROM added) a
              CROSS JOIN LATERAL (
                SELECT b.bucket, b.count
                FROM daily_histogram d, unnest(d.buckets, d.counts) AS b (bucket, count)
                WHERE d.owner_id = a.owner_id AND d.workflow_id = a.workflow_id AND d.day = a.day
                OFFSET 0) k),
            sums AS (
              SELECT owner_id, workflow_id, day, bucket, sum(count)::bigint AS count
              FROM (SELECT * FROM added UNION ALL SELECT * FROM known) every
              GROUP BY owner_id, workflow_id, day, bucket),
            folded AS (
              INSERT INTO daily_histogram (owner_id, workflow_id, day, buckets, counts)
              SELECT owner_id, workflow_id, day, coalesce(array_agg(bucket ORDER BY bucket) FILTER (WHERE count <> 0), '{}'),
                     coalesce(array_agg(count ORDER BY bucket) FILTER (WHERE count <> 0), '{}')
              FROM sums
              GROUP BY owner_id, workflow_id, day
              ORDER BY owner_id, workflow_id, day
              ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
              SET buckets = excluded.buckets, counts = excluded.counts)
            SELECT count(*) AS rows FROM taken
            """;

    private HistogramFold() {}

    /** Folds up to {@code batchesMax} batches; returns their number, or 0 if another server is folding. */
    public static Future<Long> run(SqlConnection connection, int batchesMax) {
        return Database.transaction(connection, transaction -> transaction
                .preparedQuery(LOCK)
                .execute()
                .compose(locked -> locked.iterator().next().getBoolean(0)
                        ? fold(transaction, batchesMax)
                        : Future.succeededFuture(0L)));
    }

    private static Future<Long> fold(SqlConnection connection, int batchesMax) {
        // A cached plan from when the table was small would scan the whole table for each histogram.
        return connection
                .query("SET LOCAL plan_cache_mode = force_custom_plan")
                .execute()
                .compose(set -> connection.preparedQuery(FOLD).execute(Tuple.of(batchesMax)))
                .map(rows -> rows.iterator().next().getLong("rows"));
    }
}
