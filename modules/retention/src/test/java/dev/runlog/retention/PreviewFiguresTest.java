package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.WorkflowCount;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the figures of previews from rows, totals and rollups. */
final class PreviewFiguresTest extends RetentionTestCase {
    @Test
    void returnsTheSameFromRollupsAsFromRows() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        seed(owner, 30, 35, "FAILED");
        seed(owner, 1, 35, "RUNNING");
        seed("bob", 50, 35, "SUCCESS");
        test.execute(
                "UPDATE execution SET held = true WHERE id = (SELECT min(id::text)::uuid FROM execution WHERE status = 3);"
                        + "INSERT INTO held_execution SELECT id, owner_id FROM execution WHERE held");
        Instant midnight = Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.DAYS);
        CleanupCriteria criteria = CleanupCriteria.startedBefore(midnight).withOwner(owner);

        CleanupPreview rows = await(store.preview(criteria, null, 1000));
        CleanupPreview rollups = await(store.preview(criteria, null, 1));

        assertThat(rows.exact()).isTrue();
        assertThat(rollups.exact()).isTrue();
        assertThat(rollups.byStatus()).isEqualTo(rows.byStatus());
        assertThat(rollups.spared()).isEqualTo(rows.spared());
        assertThat(rollups.workflows()).isEqualTo(rows.workflows());
        assertThat(rollups.partitions()).isEqualTo(rows.partitions()).isEqualTo(1);
    }

    @Test
    void returnsTheSameForAllOwnersFromTotalsAsFromRows() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        seed("bob", 30, 40, "FAILED");
        seed("bob", 7, 33, "CANCELLED");
        seed("bob", 9, 1, "CANCELLED");
        Instant midnight = Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.DAYS);
        CleanupCriteria criteria = CleanupCriteria.startedBefore(midnight);

        CleanupPreview rows = await(store.preview(criteria, null, 1000));
        CleanupPreview totals = await(store.preview(criteria, null, 1));

        assertThat(totals.exact()).isTrue();
        assertThat(totals.byStatus()).isEqualTo(rows.byStatus());
        assertThat(totals.workflows()).isEqualTo(rows.workflows());
        assertThat(totals.partitions()).isEqualTo(rows.partitions()).isEqualTo(2);
    }

    @Test
    void labelsAnEstimateIfABoundDividesADay() throws SQLException {
        seed(owner, 120, 40, "SUCCESS");
        Instant noon = Instant.now()
                .minus(Duration.ofDays(40))
                .truncatedTo(ChronoUnit.DAYS)
                .plusSeconds(43_200);
        CleanupCriteria criteria = CleanupCriteria.startedBefore(noon).withOwner(owner);

        CleanupPreview rollups = await(store.preview(criteria, null, 1));

        assertThat(rollups.exact()).isFalse();
        assertThat(rollups.executions()).isEqualTo(60);
    }

    @Test
    void estimatesTheBytesOfDaysCloseToTheirFiles() throws SQLException {
        seed(owner, 3000, 40, "SUCCESS");
        seed("bob", 3000, 35, "FAILED");
        CleanupCriteria criteria = CleanupCriteria.startedBefore(
                Instant.now().minus(Duration.ofDays(30)).truncatedTo(ChronoUnit.DAYS));
        String days = "(" + day(40) + "|" + day(35) + ")";

        CleanupPreview unknown = await(store.preview(criteria, null, 1));
        test.execute("ANALYZE execution; ANALYZE step");
        CleanupPreview analyzed = await(store.preview(criteria, null, 1));

        double files = Double.parseDouble(test.get("SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
                + "WHERE relkind = 'r' AND relname ~ '^(execution|step)_" + days + "$'"));
        assertThat((double) unknown.bytes()).isBetween(files * 0.7, files * 1.1);
        assertThat((double) analyzed.bytes()).isBetween(files * 0.7, files * 1.1);
        assertThat(analyzed.steps()).isBetween(5500L, 6500L);
    }

    @Test
    void countsOnlyTheDayThatABoundDivides() throws SQLException {
        seed(owner, 300, 42, "SUCCESS");
        seed(owner, 50, 40, "FAILED");
        seed(owner, 1, 40, "RUNNING");
        Instant within = Instant.now()
                .minus(Duration.ofDays(40))
                .truncatedTo(ChronoUnit.DAYS)
                .plusSeconds(3600)
                .plusMillis(20);
        CleanupCriteria criteria = CleanupCriteria.startedBefore(within);

        CleanupPreview all = await(store.preview(criteria, null, 1000));
        CleanupPreview cut = await(store.preview(criteria, null, 60));
        CleanupPreview none = await(store.preview(criteria, null, 10));

        assertThat(cut.exact()).isTrue();
        assertThat(cut.byStatus()).isEqualTo(all.byStatus());
        assertThat(cut.byStatus().failed()).isEqualTo(20);
        assertThat(cut.workflows()).isEqualTo(all.workflows());
        assertThat(cut.spared()).isEqualTo(all.spared());
        assertThat(cut.newestStartedAt()).isEqualTo(all.newestStartedAt());
        assertThat(cut.sizesExact()).isFalse();
        assertThat(none.exact()).isFalse();
        assertThat(none.byStatus().success()).isEqualTo(300);
    }

    @Test
    void isExactIfTheNewestAreKept() throws SQLException {
        seed(owner, 120, 42, "SUCCESS");
        seed(owner, 30, 40, "FAILED");
        seed("bob", 7, 42, "SUCCESS");
        CleanupCriteria criteria = CleanupCriteria.startedBefore(Instant.now()).withKeepLast(30);

        CleanupPreview rollups = await(store.preview(criteria, null, 30));

        assertThat(rollups.exact()).isTrue();
        assertThat(rollups.executions()).isEqualTo(120);
        assertThat(rollups.spared().keptLast()).isEqualTo(37);
        assertThat(rollups.partitions()).isZero();
        assertThat(rollups.workflows()).singleElement().satisfies(workflow -> assertThat(workflow.executions())
                .isEqualTo(120));
    }

    @Test
    void returnsTheLargestOfManyWorkflows() throws SQLException {
        seed(owner, 1, 40, "SUCCESS");
        test.execute("""
                INSERT INTO workflow (id, owner_id, key, name)
                SELECT gen_random_uuid(), w.owner_id, 'many-' || n, 'w'
                FROM generate_series(1, 200) n, workflow w WHERE w.key = 'w' AND w.owner_id = (
                  SELECT owner_id FROM execution);
                INSERT INTO execution_daily (owner_id, workflow_id, day, success)
                SELECT w.owner_id, w.id, d.day, substr(w.key, 6)::integer
                FROM workflow w, execution_day d WHERE w.key LIKE 'many-%';
                UPDATE execution_day SET success = success + (SELECT sum(success) - 1 FROM execution_daily)""");
        CleanupCriteria criteria = CleanupCriteria.startedBefore(Instant.now());

        CleanupPreview preview = await(store.preview(criteria, null, 0));

        assertThat(preview.executions()).isEqualTo(1 + 200 * 201 / 2);
        assertThat(preview.workflows())
                .extracting(WorkflowCount::executions)
                .containsExactly(200L, 199L, 198L, 197L, 196L, 195L, 194L, 193L, 192L, 191L);
    }

    /** These once compared each workflow with the bounds of all others, and timed out. */
    @ParameterizedTest
    @ValueSource(strings = {"keepLast", "owner's policy", "policy of each workflow"})
    void countsWhatHundredsOfWorkflowsKeep(String bound) throws SQLException {
        seed(owner, 1, 40, "SUCCESS");
        seedWorkflowsOfThirtyDays(400);
        String policy = "INSERT INTO retention_policy (id, owner_id, workflow_id, statuses, keep_last) "
                + "SELECT DISTINCT ON (owner_id, %1$s) gen_random_uuid(), owner_id, %1$s, '{}'::smallint[], 91 FROM execution";
        if (bound.equals("owner's policy")) {
            test.execute(policy.formatted("NULL::uuid"));
        } else if (bound.equals("policy of each workflow")) {
            test.execute(policy.formatted("workflow_id"));
        }
        Integer keepLast = bound.equals("keepLast") ? 91 : null;
        CleanupCriteria criteria = CleanupCriteria.startedBefore(Instant.now()).withKeepLast(keepLast);

        CleanupPreview preview = await(store.preview(criteria, null, 0));

        // The oldest that a workflow keeps started at noon of the tenth day: an estimated half of that day is deleted.
        assertThat(preview.executions()).isBetween(400 * 205L, 400 * 205L + 10);
        assertThat(preview.executions()
                        + preview.spared().keptByPolicy()
                        + preview.spared().keptLast())
                .isEqualTo(1 + 400 * 300);
        assertThat(preview.workflows()).hasSize(10).allSatisfy(workflow -> assertThat(workflow.executions())
                .isBetween(205L, 206L));
        assertThat(preview.byStatus().success()).isEqualTo(preview.executions());
    }

    /** Adds workflows with ten executions a day, of which only the newest of the tenth day has a row. */
    private void seedWorkflowsOfThirtyDays(int workflows) throws SQLException {
        test.execute("""
                INSERT INTO workflow (id, owner_id, key, name)
                SELECT gen_random_uuid(), e.owner_id, 'bulk-' || n, 'w' FROM generate_series(1, %d) n, execution e;
                INSERT INTO execution_daily (owner_id, workflow_id, day, success)
                SELECT w.owner_id, w.id, d.day - n, 10
                FROM workflow w JOIN execution e ON e.owner_id = w.owner_id, execution_day d, generate_series(1, 30) n
                WHERE w.key LIKE 'bulk-%%';
                INSERT INTO execution_day (day, shard, success)
                SELECT day, 0, sum(success) FROM execution_daily GROUP BY day ON CONFLICT DO NOTHING;
                SELECT ensure_day_partitions(min(day) + 20) FROM execution_day;
                INSERT INTO execution (id, workflow_id, owner_id, status, finished_at, duration_millis)
                SELECT uuid_v7_floor(d.day + 20 + time '12:00' + substr(w.key, 6)::integer * interval '1 ms'),
                       w.id, w.owner_id, 2, now(), 5
                FROM workflow w JOIN execution e ON e.owner_id = w.owner_id, (SELECT min(day) AS day FROM execution_day) d
                WHERE w.key LIKE 'bulk-%%'""".formatted(workflows));
    }
}
