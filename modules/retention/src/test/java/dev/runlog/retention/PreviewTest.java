package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Previews from rollups: for all owners from the totals of days, for one owner from the rollups of workflows. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class PreviewTest {
    private static final String POLICY = "INSERT INTO retention_policy (id, statuses, keep_for) VALUES ";
    /** Keeps failures since 07:00 six days ago, at any time of day. */
    private static final String KEEPS_FAILURES =
            POLICY + "(gen_random_uuid(), '{3}', now() - (current_date - interval '5 days 17 hours'))";

    private static final String KEEPS_ALL = POLICY + "(gen_random_uuid(), '{}', '3 days')";
    private static final String KEEPS_OF_ONE_OWNER = "INSERT INTO retention_policy (id, owner_id, statuses, keep_for) "
            + "SELECT gen_random_uuid(), id, '{2}', '6 days' FROM owner";

    private TestDatabase test;
    private Database database;
    private CleanupStore cleanups;

    @BeforeEach
    void seed(Vertx vertx, TestDatabase given) throws SQLException {
        test = given;
        Runs.clear(test);
        for (int daysAgo = 1; daysAgo <= 8; daysAgo++) {
            Runs.seed(test, "alice", 40 + daysAgo, daysAgo, "SUCCESS");
            Runs.seed(test, "alice", 10 + daysAgo, daysAgo, "FAILED");
        }
        Runs.seed(test, "alice", 4, 6, "RUNNING");
        Runs.seed(test, "alice", 5, 7, "CRASHED");
        database = Runs.open(vertx, test);
        cleanups = new CleanupStore(database);
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", KEEPS_FAILURES, KEEPS_ALL, KEEPS_FAILURES + ";" + KEEPS_ALL, KEEPS_OF_ONE_OWNER})
    void forAllOwnersEqualThoseForTheOnlyOwner(String policies) throws SQLException {
        test.execute(policies);
        for (Set<ExecutionStatus> statuses : Set.of(
                Set.<ExecutionStatus>of(),
                Set.of(ExecutionStatus.FAILED),
                Set.of(ExecutionStatus.SUCCESS, ExecutionStatus.CRASHED))) {
            for (int hours : new int[] {4 * 24, 4 * 24 + 11}) {
                CleanupPreview ofAllOwners = preview(null, hours, statuses);
                CleanupPreview ofAlice = preview("alice", hours, statuses);

                // A policy's bound moves between the two, and with it the share of the day that it divides.
                assertThat(ofAllOwners)
                        .usingRecursiveComparison()
                        .ignoringFields("bytes")
                        .isEqualTo(ofAlice);
                assertThat(ofAllOwners.bytes()).isCloseTo(ofAlice.bytes(), withinPercentage(1));
                assertThat(ofAllOwners.executions()).isPositive();
                assertThat(ofAllOwners.bytes()).isPositive();
            }
        }
    }

    @Test
    void reportWhatPoliciesKeepForAllOwners() throws SQLException {
        test.execute(KEEPS_FAILURES);

        CleanupPreview preview = preview(null, 4 * 24, Set.of());

        assertThat(preview.byStatus().success()).isEqualTo(45 + 46 + 47 + 48);
        assertThat(preview.byStatus().crashed()).isEqualTo(5);
        assertThat(preview.byStatus().failed() + preview.spared().keptByPolicy())
                .isEqualTo(15 + 16 + 17 + 18);
        assertThat(preview.byStatus().failed()).isBetween(17L + 18, 16L + 17 + 18);
        assertThat(preview.exact()).isFalse();
        assertThat(preview.spared().running()).isEqualTo(4);
        assertThat(preview.workflows().get(0).executions()).isEqualTo(preview.executions());
    }

    /** Previews the deletion of executions that started more than some hours before today. */
    private CleanupPreview preview(@Nullable String owner, int hours, Set<ExecutionStatus> statuses) {
        Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
        return await(cleanups.preview(
                CleanupCriteria.startedBefore(today.minus(Duration.ofHours(hours)))
                        .withStatuses(statuses)
                        .withOwner(owner),
                null,
                0));
    }
}
