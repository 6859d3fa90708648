package dev.runlog.storage.rollup;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.storage.db.Configs;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class HistogramFoldTest {
    private static final String WORKFLOW = "01900000-0000-7000-8000-000000000001";
    private static final String HISTOGRAMS = "SELECT coalesce(string_agg(buckets::text || '=' || counts::text, ' ' "
            + "ORDER BY owner_id, workflow_id), '') FROM daily_histogram";

    private TestDatabase test;
    private RecordingStore store;

    @BeforeEach
    void open(Vertx vertx, TestDatabase given) throws SQLException {
        test = given;
        test.execute("TRUNCATE daily_histogram, histogram_delta");
        store = RecordingStore.open(vertx, Configs.patient(test.url(), 1), 1);
    }

    @AfterEach
    void close() {
        await(store.close());
    }

    @Test
    void addsDeltasToTheHistogramsOfWorkflowOwnerAndAll() throws SQLException {
        delta("7,1002", "1,2");
        await(store.foldDurations(10));
        delta("1002,1010", "3,1");
        await(store.foldDurations(10));

        String histogram = "{7,1002,1010}={1,5,1}";
        assertThat(test.get(HISTOGRAMS)).isEqualTo(String.join(" ", histogram, histogram, histogram));
        assertThat(test.count("SELECT count(*) FROM histogram_delta")).isZero();
    }

    /** A finish that replaces an earlier one takes it out of its slot. */
    @Test
    void keepsNoBucketAtZero() throws SQLException {
        delta("1002,1005", "1,1");
        await(store.foldDurations(10));
        delta("1005,1002", "-1,1");
        await(store.foldDurations(10));
        assertThat(test.get(HISTOGRAMS)).isEqualTo("{1002}={2} {1002}={2} {1002}={2}");

        delta("1002", "-2");
        await(store.foldDurations(10));
        assertThat(test.get(HISTOGRAMS)).isEqualTo("{}={} {}={} {}={}");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-07-15T00:00:00Z, SUCCESS, 1002",
        "2026-07-15T00:14:59.999Z, FAILED, 1003",
        "2026-07-15T00:15:00Z, CANCELLED, 1012",
        "2026-07-15T23:59:59.999Z, CRASHED, 1765"
    })
    void slotsAreQuartersOfTheUtcDay(Instant start, ExecutionStatus status, int slot) {
        assertThat(HistogramDelta.slotOf(Ids.at(start), status)).isEqualTo(slot);
    }

    private void delta(String buckets, String counts) throws SQLException {
        int rows = buckets.split(",").length;
        test.execute("INSERT INTO histogram_delta (owner_ids, workflow_ids, days, buckets, counts) VALUES ("
                + "array_fill(1, ARRAY[" + rows + "]), array_fill('" + WORKFLOW + "'::uuid, ARRAY[" + rows
                + "]), array_fill('2026-07-15'::date, ARRAY[" + rows + "]), '{" + buckets + "}', '{" + counts + "}')");
    }
}
