package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.ledger.PolicyStore;
import dev.runlog.testing.StatusTotals;
import io.vertx.core.Future;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which policy applies, and when it runs. */
final class PolicyPrecedenceTest extends RetentionTestCase {
    @Test
    void appliesTheMostSpecificPolicy() throws SQLException {
        seed(owner, 4, 40, "SUCCESS");
        seed(owner, 5, 40, "FAILED");
        seed("bob", 6, 40, "SUCCESS");
        await(bus.request(new SetRetentionPolicy(operator, null, null, true, Set.of(), Duration.ofDays(60), null)));
        await(bus.request(new SetRetentionPolicy(alice, null, null, false, Set.of(), Duration.ofDays(30), null)));
        await(bus.request(new SetRetentionPolicy(
                alice, null, null, false, Set.of(ExecutionStatus.FAILED), Duration.ofDays(90), null)));
        PolicyRun policies =
                new PolicyRun(new PolicyStore(database), new CleanupStore(database), CONFIG, Clock.systemUTC());

        assertThat(await(policies.runOnce())).isEqualTo(1);
        Cleanup created = await(ledger.findOpen(true)).orElseThrow();
        await(cleaner().runOnce());

        assertThat(await(ledger.get(created.id())).deleted()).isEqualTo(4);
        assertThat(StatusTotals.ofRows(test)).isEqualTo(Map.of("success", 6L, "failed", 5L));
    }

    @Test
    void prefersASetPolicyToTheConfiguredOne() {
        PolicyStore policies = new PolicyStore(database);
        await(policies.setDefault(Duration.ofDays(30), null));
        await(bus.request(new SetRetentionPolicy(operator, null, null, true, Set.of(), Duration.ofDays(60), null)));

        await(policies.setDefault(Duration.ofDays(30), null));
        await(policies.setDefault(null, null));

        assertThat(await(policies.listAll())).singleElement().satisfies(policy -> assertThat(policy.keepFor())
                .isEqualTo(Duration.ofDays(60)));
    }

    @Test
    void runsPoliciesInTheirWindowOnOneServerAndReportsTheirBacklog() throws SQLException {
        seed(owner, 30, 40, "SUCCESS");
        PolicyStore policies = new PolicyStore(database);
        await(policies.setDefault(Duration.ofDays(30), 10));
        RetentionConfig nightly = Configs.with(0, "02:00-05:00", Duration.ZERO);
        Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS);
        Clock noon = Clock.fixed(day.plusSeconds(43_200), ZoneOffset.UTC);
        Clock night = Clock.fixed(day.plusSeconds(4 * 3600 + 86_400), ZoneOffset.UTC);
        PolicyRun atNoon = new PolicyRun(policies, store, nightly, noon);
        PolicyRun atNight = new PolicyRun(policies, store, nightly, night);
        PolicyRun onOtherServer = new PolicyRun(policies, store, nightly, night);

        assertThat(await(atNoon.runOnce())).isZero();
        assertThat(atNoon.overdue()).isEqualTo(20);
        assertThat(atNoon.behind()).isEqualTo(Duration.ofHours(9 * 24 + 12));
        List<Integer> created =
                await(Future.all(atNight.runOnce(), onOtherServer.runOnce())).list();

        assertThat(created).containsExactlyInAnyOrder(0, 1);
        assertThat(test.count("SELECT count(*) FROM cleanup")).isEqualTo(1);
        assertThat(test.get("SELECT requested_by FROM cleanup")).isEqualTo("retention-policy");
        RetentionPolicy policy = await(policies.listAll()).get(0);
        assertThat(policy.fromConfiguration()).isTrue();
        assertThat(policy.overdue()).isEqualTo(20);
        assertThat(policy.lastCleanupId()).isNotNull();
        assertThat(policy.lastRunAt()).isEqualTo(night.instant());
    }
}
