package dev.runlog.storage.rollup;

import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** Folds what batches added into the histograms of durations. */
public final class DurationFold {
    /** Who folds reads, adds and writes a histogram as a whole, so there is one at a time, on whatever server. */
    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('runlog.durations'))";

    /** OFFSET 0 has each histogram looked up by its key, however few of them the planner believes to be there. */
    private static final String FOLD = """
            WITH taken AS (
              DELETE FROM duration_delta
              WHERE id IN (SELECT id FROM duration_delta ORDER BY id LIMIT $1)
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
                FROM duration_daily d, unnest(d.buckets, d.counts) AS b (bucket, count)
                WHERE d.owner_id = a.owner_id AND d.workflow_id = a.workflow_id AND d.day = a.day
                OFFSET 0) k),
            sums AS (
              SELECT owner_id, workflow_id, day, bucket, sum(count)::bigint AS count
              FROM (SELECT * FROM added UNION ALL SELECT * FROM known) every
              GROUP BY owner_id, workflow_id, day, bucket),
            folded AS (
              INSERT INTO duration_daily (owner_id, workflow_id, day, buckets, counts)
              SELECT owner_id, workflow_id, day, array_agg(bucket ORDER BY bucket), array_agg(count ORDER BY bucket)
              FROM sums
              GROUP BY owner_id, workflow_id, day
              ORDER BY owner_id, workflow_id, day
              ON CONFLICT (owner_id, workflow_id, day) DO UPDATE
              SET buckets = excluded.buckets, counts = excluded.counts)
            SELECT count(*) AS rows FROM taken
            """;

    private DurationFold() {}

    /** Folds some batches in; returns how many they were, 0 also where another is at it. */
    public static Future<Long> run(SqlConnection connection, int batchesMax) {
        return Database.transaction(connection, begun -> begun.preparedQuery(LOCK)
                .execute()
                .compose(locked ->
                        locked.iterator().next().getBoolean(0) ? fold(begun, batchesMax) : Future.succeededFuture(0L)));
    }

    private static Future<Long> fold(SqlConnection connection, int batchesMax) {
        // A plan that was kept from when the table was small would read all of it for each histogram.
        return connection
                .query("SET LOCAL plan_cache_mode = force_custom_plan")
                .execute()
                .compose(set -> connection.preparedQuery(FOLD).execute(Tuple.of(batchesMax)))
                .map(rows -> rows.iterator().next().getLong("rows"));
    }
}
