package dev.runlog.bench.database;

import java.util.Locale;

/**
 * The rows of a data set as SQL. This is the one place of the benchmark that knows the columns of {@code execution} and
 * of the rollups: a column that recording fills is added here, and {@code DataSetSqlTest} fails if it is
 * missing.
 */
public final class DataSetSql {
    /** What recording sets of {@code execution}, in the order of {@link #rows}. */
    public static final String COLUMNS =
            "id, workflow_id, owner_id, status, attempt, truncated, start_known, finished_at, heartbeat_timeout, "
                    + "heartbeat_deadline, duration_millis, parent_id, trigger, labels, error_type, error_message, "
                    + "error_fingerprint, payload, result, error_details, stack_trace";

    /** External IDs are this and the ID of a row. */
    private static final String EXTERNAL_ID_PREFIX = "run-";

    private DataSetSql() {}

    /** Owners and workflows of all numbers. */
    static String insertWorkflows(DataSet set) {
        return """
                INSERT INTO owner (subject)
                SELECT '%1$s' || n FROM generate_series(0, %4$d - 1) AS n
                ON CONFLICT DO NOTHING;
                INSERT INTO workflow (id, owner_id, key, name)
                SELECT ('%2$s' || lpad(to_hex(n), 12, '0'))::uuid, o.id, '%3$s' || n, '%3$s' || n
                FROM generate_series(0, %5$d - 1) AS n
                JOIN owner o ON o.subject = '%1$s' || n %% %4$d
                ON CONFLICT DO NOTHING;
                """.formatted(
                DataSet.OWNER_PREFIX, DataSet.WORKFLOW_ID_PREFIX, DataSet.KEY_PREFIX, set.owners(), set.workflows());
    }

    /**
     * Executions by number, from one to before another. Everything about an execution follows from its number and the
     * seed, so that a second run has the same.
     *
     * @param firstMillis when number 0 began
     * @param stepMillis between two starts, which is a fraction
     * @param runningFrom the number from which on they still run
     */
    public static String rows(
            DataSet set, String seed, long from, long to, long firstMillis, double stepMillis, long runningFrom) {
        return String.format(
                Locale.ROOT,
                """
                WITH error_kind (kind, type, frames) AS (
                  VALUES (0, 'java.net.SocketTimeoutException', E'at java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)\\nat java.base/java.net.Socket$SocketInputStream.read(Socket.java:966)\\nat com.acme.orders.PaymentClient.charge(PaymentClient.java:88)\\nat com.acme.orders.ChargeStep.run(ChargeStep.java:41)\\nat com.acme.engine.Runner.step(Runner.java:203)'),
                         (1, 'com.acme.orders.OutOfStockException', E'at com.acme.orders.Stock.reserve(Stock.java:57)\\nat com.acme.orders.ReserveStep.run(ReserveStep.java:29)\\nat com.acme.engine.Runner.step(Runner.java:203)'),
                         (2, 'java.lang.IllegalStateException', E'at com.acme.orders.Order.ship(Order.java:112)\\nat com.acme.orders.ShipStep.run(ShipStep.java:33)\\nat com.acme.engine.Runner.step(Runner.java:203)'),
                         (3, 'java.lang.NullPointerException', E'at com.acme.orders.Address.format(Address.java:19)\\nat com.acme.orders.LabelStep.run(LabelStep.java:24)\\nat com.acme.engine.Runner.step(Runner.java:203)')),
                fingerprint AS (
                  SELECT kind, type, replace(frames, 'at ', E'\\tat ') AS trace,
                         encode(substring(sha256(convert_to(
                           type || E'\\n' || regexp_replace(frames, '0x[0-9a-fA-F]+|[0-9]+', '#', 'g'), 'UTF8'))
                           FROM 1 FOR 8), 'hex') AS hash
                  FROM error_kind),
                numbered AS (
                  SELECT n, md5('%1$s' || n) AS hash, %4$d + floor(n * %5$f)::bigint AS started_millis
                  FROM generate_series(%2$d::bigint, %3$d::bigint - 1) AS n),
                diced AS (
                  SELECT n, hash, started_millis,
                         ('x' || substr(hash, 19, 7))::bit(28)::bigint AS dice,
                         ('x' || substr(hash, 26, 7))::bit(28)::bigint AS other_dice
                  FROM numbered),
                drawn AS (
                  SELECT n, hash, started_millis, other_dice,
                         CASE WHEN n %% 10 = 0 THEN 0 ELSE 1 + dice %% (%6$d - 1) END AS workflow,
                         CASE WHEN n >= %7$d THEN 1 WHEN other_dice %% 100 < 5 THEN 3 ELSE 2 END AS status,
                         CASE WHEN n >= %7$d THEN -1 ELSE 40 + dice %% 60000 END AS duration_millis
                  FROM diced)
                SELECT (lpad(to_hex(d.started_millis), 12, '0') || '7' || substr(d.hash, 1, 3) || '8'
                         || substr(d.hash, 4, 15))::uuid AS id,
                       w.id AS workflow_id,
                       w.owner_id,
                       d.status::smallint AS status,
                       1::smallint AS attempt,
                       0::smallint AS truncated,
                       2::smallint AS start_known,
                       CASE WHEN d.status <> 1
                         THEN timestamptz 'epoch' + (d.started_millis + d.duration_millis) * interval '1 millisecond'
                       END AS finished_at,
                       NULL::interval AS heartbeat_timeout,
                       NULL::timestamptz AS heartbeat_deadline,
                       d.duration_millis,
                       NULL::uuid AS parent_id,
                       (ARRAY['schedule', 'webhook', 'manual'])[1 + d.other_dice %% 3] AS trigger,
                       CASE WHEN d.n %% 4 = 0
                         THEN '{"environment": "production", "region": "eu-central"}'::jsonb
                       END AS labels,
                       f.type AS error_type,
                       CASE WHEN d.status = 3 THEN 'Order ' || d.n || ' could not be processed' END AS error_message,
                       f.hash AS error_fingerprint,
                       '{"order":' || d.n || ',"customer":"' || d.hash || '","channel":"web","items":[{"sku":"'
                         || substr(d.hash, 1, 8) || '","quantity":2,"price":"19.90"},{"sku":"' || substr(d.hash, 9, 8)
                         || '","quantity":1,"price":"4.50"}],"address":{"city":"Berlin","zip":"10115","street":"'
                         || substr(d.hash, 17) || '"}}' AS payload,
                       CASE WHEN d.status = 2
                         THEN '{"invoice":"' || reverse(d.hash) || '","total":"44.30","currency":"EUR","shipment":'
                           || '{"carrier":"DHL","tracking":"' || substr(d.hash, 5, 20) || '","parcels":1},"state":"done"}'
                       END AS result,
                       NULL::text AS error_details,
                       f.type || ': Order ' || d.n || E' could not be processed\\n' || f.trace AS stack_trace
                FROM drawn d
                JOIN workflow w ON w.id = ('%8$s' || lpad(to_hex(d.workflow), 12, '0'))::uuid
                LEFT JOIN fingerprint f ON d.status = 3 AND f.kind = d.other_dice / 100 %% 4
                """,
                seed,
                from,
                to,
                firstMillis,
                stepMillis,
                set.workflows(),
                runningFrom,
                DataSet.WORKFLOW_ID_PREFIX);
    }

    /** The rollups of a UTC day, written as ISO 8601, from its rows. */
    static String insertDaily(String day) {
        return """
                INSERT INTO execution_daily
                  (owner_id, workflow_id, day, running, success, failed, cancelled, crashed, duration_millis_sum)
                SELECT owner_id, workflow_id, date '%1$s',
                       count(*) FILTER (WHERE status = 1),
                       count(*) FILTER (WHERE status = 2),
                       count(*) FILTER (WHERE status = 3),
                       count(*) FILTER (WHERE status = 4),
                       count(*) FILTER (WHERE status = 5),
                       sum(greatest(duration_millis, 0))
                FROM execution
                WHERE id >= uuid_v7_floor('%1$s 00:00Z') AND id < uuid_v7_floor(timestamptz '%1$s 00:00Z' + interval '24 hours')
                GROUP BY owner_id, workflow_id
                """.formatted(day);
    }

    /** The totals of a UTC day from its rollups; one shard is as good as many. */
    static String insertTotals(String day) {
        return """
                INSERT INTO execution_day
                  (day, shard, running, success, failed, cancelled, crashed, duration_millis_sum)
                SELECT day, 0, sum(running), sum(success), sum(failed), sum(cancelled), sum(crashed),
                       sum(duration_millis_sum)
                FROM execution_daily
                WHERE day = '%s'
                GROUP BY day
                """.formatted(day);
    }

    /** The list of what did not end well of a UTC day, from its rows. */
    static String insertUnsuccessful(String day) {
        return """
                INSERT INTO unsuccessful_execution (id, workflow_id, owner_id, status, attempt, held, truncated, finished_at,
                                                    duration_millis, parent_id, trigger, labels, error_type,
                                                    error_message, error_fingerprint)
                SELECT id, workflow_id, owner_id, status, attempt, held, truncated, finished_at, duration_millis,
                       parent_id, trigger, labels, error_type, error_message, error_fingerprint
                FROM execution
                WHERE status > 2 AND id >= uuid_v7_floor('%1$s 00:00Z')
                  AND id < uuid_v7_floor(timestamptz '%1$s 00:00Z' + interval '24 hours')
                ORDER BY id
                """.formatted(day);
    }

    /**
     * The histograms of a UTC day from its rows: of workflows, of owners, and of all, as they are when all is folded
     * in.
     */
    static String insertDurations(String day) {
        return """
                INSERT INTO daily_histogram (owner_id, workflow_id, day, buckets, counts)
                SELECT owner_id, workflow_id, date '%1$s', array_agg(bucket ORDER BY bucket), array_agg(count ORDER BY bucket)
                FROM (
                  SELECT coalesce(owner_id, 0) AS owner_id,
                         coalesce(workflow_id, '00000000-0000-0000-0000-000000000000') AS workflow_id, bucket,
                         count(*) AS count
                  FROM (
                    SELECT owner_id, workflow_id,
                           (1000 + floor(extract(epoch FROM uuid_v7_time(id) - timestamptz '%1$s 00:00Z') / 900) * 8 + status)::smallint
                             AS bucket
                    FROM execution
                    WHERE status > 1 AND id >= uuid_v7_floor('%1$s 00:00Z')
                      AND id < uuid_v7_floor(timestamptz '%1$s 00:00Z' + interval '24 hours')
                    UNION ALL
                    SELECT owner_id, workflow_id,
                           CASE WHEN duration_millis < 1 THEN 0
                             ELSE 1 + floor(4 * ln(duration_millis::double precision) / ln(2::double precision) + 1e-9)
                           END::smallint AS bucket
                    FROM execution
                    WHERE status <> 1 AND id >= uuid_v7_floor('%1$s 00:00Z')
                      AND id < uuid_v7_floor(timestamptz '%1$s 00:00Z' + interval '24 hours')) e
                  GROUP BY GROUPING SETS ((owner_id, workflow_id, bucket), (owner_id, bucket), (bucket))) counted
                GROUP BY owner_id, workflow_id
                """.formatted(day);
    }

    /** Steps of the newest executions of a workflow that succeeded or failed, half of each. */
    public static String insertSteps(int workflow, int executions, int steps) {
        return """
                INSERT INTO step (execution_id, index, status, started_at, finished_at, name, kind, input, output)
                SELECT e.id, n, 2, uuid_v7_time(e.id) + n * interval '1 millisecond',
                       uuid_v7_time(e.id) + (n + 1) * interval '1 millisecond', 'charge ' || n, 'http',
                       '{"url":"https://payments.acme.com/charges","attempt":' || n || '}', '{"status":201,"charge":' || n || '}'
                FROM (
                  (SELECT id FROM execution WHERE workflow_id = '%1$s' AND status = 2 ORDER BY id DESC LIMIT %2$d)
                  UNION ALL
                  (SELECT id FROM execution WHERE workflow_id = '%1$s' AND status = 3 ORDER BY id DESC LIMIT %2$d)) e,
                  generate_series(0, %3$d - 1) AS n
                """.formatted(DataSet.workflowId(workflow), executions / 2, steps);
    }

    /** Gives all executions external IDs. */
    public static String addExternalIds() {
        return """
                UPDATE execution SET external_id = '%1$s' || id;
                UPDATE unsuccessful_execution SET external_id = '%1$s' || id;
                INSERT INTO external_execution (owner_id, hash, execution_id)
                SELECT owner_id, external_id_hash(source, external_id), id FROM execution;
                """.formatted(EXTERNAL_ID_PREFIX);
    }

    /** External IDs of executions that began evenly over the days of a data set; the executions are not inserted. */
    public static String insertExternalIds(DataSet set, long count) {
        return String.format(
                Locale.ROOT,
                """
                INSERT INTO external_execution (owner_id, hash, execution_id)
                SELECT o.id, external_id_hash(NULL, 'old-' || n),
                       uuid_v7_floor(to_timestamp((%3$d - %4$d + floor(n * %5$f)) / 1000.0))
                FROM generate_series(0, %2$d - 1) AS n
                JOIN owner o ON o.subject = '%1$s' || n %% %6$d
                """,
                DataSet.OWNER_PREFIX,
                count,
                set.endMillis(),
                set.spanMillis(),
                (double) set.spanMillis() / count,
                set.owners());
    }

    /**
     * Rows of {@code execution} as the events that record them, a line each, in the order of their ids.
     *
     * @param source a table or a query in parentheses, with {@link #COLUMNS}
     * @param kind which events: {@code execution} for those that are over, {@code started} or {@code finished}
     * @param externalIds whether the events have external IDs; otherwise they have the rows' own IDs
     */
    public static String events(String source, String kind, boolean externalIds) {
        String start = """
                '","startedAt":"'
                  || to_char((timestamptz 'epoch' + ('x' || translate(left(e.id::text, 13), '-', ''))::bit(48)::bigint
                       * interval '1 millisecond') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                  || '","trigger":"' || e.trigger || '"'
                  || coalesce(',"labels":' || e.labels::text, '') || ',"payload":' || e.payload""";
        String finish = """
                '"status":"' || (ARRAY['RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED', 'CRASHED'])[e.status]
                  || '","finishedAt":"' || to_char(e.finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                  || '"' || coalesce(',"result":' || e.result, '')
                  || CASE WHEN e.error_type IS NULL THEN '' ELSE ',"error":{"type":' || to_json(e.error_type)::text
                       || ',"message":' || to_json(e.error_message)::text || ',"stackTrace":' || to_json(e.stack_trace)::text
                       || '}' END""";
        String both =
                switch (kind) {
                    case "execution" -> start + " || ',' || " + finish;
                    case "started" -> start;
                    case "finished" -> "'\",' || " + finish;
                    default -> throw new IllegalArgumentException(kind);
                };
        return """
                SELECT '{"event":"%1$s","owner":"' || o.subject || '","workflow":"' || w.key || '","%4$s' || e.id
                  || %2$s || '}'
                FROM %3$s e
                JOIN workflow w ON w.id = e.workflow_id
                JOIN owner o ON o.id = e.owner_id
                ORDER BY e.id
                """.formatted(kind, both, source, externalIds ? "externalId\":\"" + EXTERNAL_ID_PREFIX : "id\":\"");
    }
}
