package dev.runlog.bench.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.server.Server;
import dev.runlog.bench.traffic.OwnerTokens;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Compares the loader with the public API: records its rows as events in a second database. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataSetSqlTest {
    private static final DataSet SET = new DataSet(3_000, 20, 5, 3, 20, System.currentTimeMillis());

    /** All columns except generated IDs, which are replaced by names. */
    private static final String ROWS = """
            SELECT string_agg(row_text, E'\\n' ORDER BY row_text)
            FROM (
              SELECT o.subject || w.key || (to_jsonb(r) - 'workflow_id' - 'owner_id')::text AS row_text
              FROM %s r
              JOIN workflow w ON w.id = r.workflow_id
              JOIN owner o ON o.id = r.owner_id) rows
            """;

    private static final String EXECUTIONS = ROWS.formatted("execution");
    private static final String ROLLUPS = ROWS.formatted("execution_daily");
    private static final String UNSUCCESSFUL = ROWS.formatted("unsuccessful");

    private static final String TOTALS = """
            SELECT string_agg(to_jsonb(t)::text, E'\\n' ORDER BY day)
            FROM execution_total t
            """;

    /** Includes what a server has not yet merged. */
    private static final String HISTOGRAMS = """
            SELECT string_agg(row_text, E'\\n' ORDER BY row_text)
            FROM (
              SELECT concat_ws(' ', coalesce(o.subject, 'all'), coalesce(w.key, 'all'), h.day, h.bucket, sum(h.count))
                       AS row_text
              FROM (
                SELECT owner_id, workflow_id, day, bucket, count
                FROM daily_histogram, unnest(buckets, counts) AS known (bucket, count)
                UNION ALL
                SELECT coalesce(owner_id, 0), coalesce(workflow_id, '00000000-0000-0000-0000-000000000000'), day, bucket,
                       sum(count)
                FROM histogram_delta, unnest(owner_ids, workflow_ids, days, buckets, counts)
                  AS new (owner_id, workflow_id, day, bucket, count)
                GROUP BY GROUPING SETS ((owner_id, workflow_id, day, bucket), (owner_id, day, bucket), (day, bucket))) h
              LEFT JOIN owner o ON o.id = h.owner_id
              LEFT JOIN workflow w ON w.id = h.workflow_id
              GROUP BY o.subject, w.key, h.day, h.bucket) rows
            """;

    private Postgres loaded;
    private Postgres recorded;
    private Server server;

    @BeforeAll
    void loadAndRecord(TestDatabase database, @TempDir Path directory) throws Exception {
        loaded = Postgres.of(database.url());
        recorded = loaded.named("bench_recorded");
        loaded.named("postgres").execute("DROP DATABASE IF EXISTS bench_recorded");
        loaded.named("postgres").execute("CREATE DATABASE bench_recorded");
        new Loader(loaded, SET).load();
        server = Server.start(RunlogConfig.load(
                null,
                Map.of(
                        "RUNLOG_DATABASE_URL",
                        recorded.url(),
                        "RUNLOG_HTTP_PORT",
                        "0",
                        "RUNLOG_AUTH_SECRET",
                        OwnerTokens.SECRET)));
        String over = "(SELECT * FROM execution WHERE status <> 1)";
        String running = "(SELECT * FROM execution WHERE status = 1)";
        record(DataSetSql.events(over, "execution", false), directory.resolve("over"));
        record(DataSetSql.events(running, "started", false), directory.resolve("running"));
    }

    private void record(String events, Path file) throws Exception {
        loaded.writeLines(events, file);
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(server.url() + "/events"))
                                .header("Authorization", "Bearer " + OwnerTokens.of(OwnerTokens.ENGINE))
                                .header("Content-Type", "application/x-ndjson")
                                .POST(HttpRequest.BodyPublishers.ofString(Files.readString(file)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.body()).contains("\"rejected\":[]");
    }

    @AfterAll
    void stop() {
        server.close();
        loaded.named("postgres").execute("DROP DATABASE bench_recorded WITH (FORCE)");
    }

    @Test
    void loadsTheRowsThatTheirEventsRecord() throws SQLException {
        assertThat(loaded.get(EXECUTIONS).lines()).hasSize(3_000).containsExactlyElementsOf(lines(EXECUTIONS));
    }

    @Test
    void loadsTheRollupsThatTheirEventsRecord() {
        assertThat(loaded.get(ROLLUPS).lines()).isNotEmpty().containsExactlyElementsOf(lines(ROLLUPS));
    }

    @Test
    void loadsTheListOfFailuresThatTheirEventsRecord() {
        assertThat(loaded.get(UNSUCCESSFUL).lines()).isNotEmpty().containsExactlyElementsOf(lines(UNSUCCESSFUL));
    }

    @Test
    void loadsTheTotalsThatTheirEventsRecord() {
        assertThat(loaded.get(TOTALS).lines()).isNotEmpty().containsExactlyElementsOf(lines(TOTALS));
    }

    @Test
    void loadsTheHistogramsThatTheirEventsRecord() {
        assertThat(loaded.get(HISTOGRAMS).lines()).isNotEmpty().containsExactlyElementsOf(lines(HISTOGRAMS));
    }

    @Test
    void hasEveryStatusThatAFigureAsksFor() {
        String statuses = "SELECT string_agg(DISTINCT status::text, ',' ORDER BY status::text) FROM execution";

        assertThat(loaded.get(statuses)).isEqualTo("1,2,3");
        assertThat(loaded.getLong("SELECT count(*) FROM execution WHERE status = 1"))
                .isEqualTo(20);
        assertThat(loaded.getLong("SELECT count(*) FROM execution WHERE workflow_id = '"
                        + DataSet.workflowId(DataSet.BIG_WORKFLOW) + "'"))
                .isEqualTo(SET.executionsOfBig());
    }

    private Iterable<String> lines(String sql) {
        return recorded.get(sql).lines().toList();
    }
}
