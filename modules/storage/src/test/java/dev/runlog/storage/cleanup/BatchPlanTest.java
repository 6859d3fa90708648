package dev.runlog.storage.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.storage.GenericPlans;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The plans of batches on a day that has many executions and no statistics yet, as after an import or a rewrite. */
@ExtendWith(PostgresExtension.class)
final class BatchPlanTest {
    private static final LocalDate DAY = LocalDate.parse("2026-03-30");
    private TestDatabase database;

    @BeforeEach
    void fill(TestDatabase test) throws SQLException {
        database = test;
        GenericPlans.prepare(test, DAY);
    }

    @Test
    void candidatesAreReadInOrderAndNoFurtherThanTheBatch() throws SQLException {
        assertThat(candidates(null)).contains("using execution_20260330_pkey").doesNotContain("Sort Key: e.id");
        assertThat(candidates(Ids.next()))
                .contains("using execution_20260330_workflow_id_id_idx")
                .doesNotContain("Sort Key: e.id");
    }

    /** The part of the plan that finds the candidates. */
    private String candidates(@Nullable UUID workflow) throws SQLException {
        Instant before = Instant.parse("2026-04-30T00:00:00Z");
        CleanupCriteria criteria = CleanupCriteria.startedBefore(before).withWorkflow(workflow);
        String sql = new DayTables(DAY)
                .sql(BatchDelete.find(cleanup(criteria), DAY, null, 25, false).text());
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(BatchDelete.BEGIN);
            try (ResultSet rows = statement.executeQuery(
                    "SELECT string_agg(line, E'\n') FROM plan_of($sql$" + sql + "$sql$) AS plan (line)")) {
                rows.next();
                String plan = rows.getString(1);
                return plan.substring(plan.indexOf("CTE candidate"), plan.indexOf("CTE locked"));
            }
        }
    }

    private static Cleanup cleanup(CleanupCriteria criteria) {
        Instant now = criteria.before();
        return new Cleanup(
                Ids.next(),
                false,
                Cleanup.State.RUNNING,
                criteria,
                0,
                true,
                0,
                0,
                0,
                "operator",
                null,
                now,
                now,
                null,
                null,
                null);
    }
}
