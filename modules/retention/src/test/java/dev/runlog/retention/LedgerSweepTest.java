package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class LedgerSweepTest extends RetentionTestCase {
    @Test
    void deletesCleanupsThatEndedTooLongAgo() throws SQLException {
        addCleanups(2500, 400, 400, 3);
        addCleanups(1, 400, 300, 3);
        addCleanups(1, 300, 300, 5);
        addCleanups(1, 500, null, 2);

        int deleted = await(new LedgerSweep(ledger, Duration.ofDays(365), Clock.systemUTC()).runOnce());

        assertThat(deleted).isEqualTo(2500);
        assertThat(test.count("SELECT count(*) FROM cleanup")).isEqualTo(3);
        assertThat(test.count("SELECT count(*) FROM cleanup WHERE state = 2")).isEqualTo(1);
    }

    @Test
    void keepsAllWithoutALimit() throws SQLException {
        addCleanups(1, 4000, 4000, 4);

        int deleted = await(new LedgerSweep(ledger, Duration.ZERO, Clock.systemUTC()).runOnce());

        assertThat(deleted).isZero();
        assertThat(test.count("SELECT count(*) FROM cleanup")).isEqualTo(1);
    }

    private void addCleanups(int number, int createdDaysAgo, Integer endedDaysAgo, int state) throws SQLException {
        test.execute("""
                INSERT INTO cleanup (id, state, before, statuses, requested_by, started_at, finished_at)
                SELECT (left(uuid_v7_floor(now() - %1$d * interval '1 day')::text, 24) || lpad(n::text, 12, '0'))::uuid,
                       %3$d, now(), '{}', 'x', now(), now() - %2$s * interval '1 day'
                FROM generate_series(0, %4$d) n""".formatted(createdDaysAgo, endedDaysAgo, state, number - 1));
    }
}
