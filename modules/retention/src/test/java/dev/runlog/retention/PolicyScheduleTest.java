package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.ledger.PolicyStore;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class PolicyScheduleTest {
    private final Instant today = Instant.now().truncatedTo(ChronoUnit.DAYS);
    private final Instant night = today.plus(Duration.ofHours(28));
    private final Instant noon = today.plus(Duration.ofHours(36));
    private final Instant nextNight = today.plus(Duration.ofHours(52));

    private TestDatabase test;
    private Database database;
    private CleanupStore cleanups;
    private CleanupLedger ledger;
    private Bus bus;

    @BeforeEach
    void open(Vertx vertx, TestDatabase database) throws SQLException {
        test = database;
        Runs.clear(test);
        this.database = Runs.open(vertx, test);
        cleanups = new CleanupStore(this.database);
        ledger = new CleanupLedger(this.database);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
    }

    @Test
    void pausesWhenTheWindowClosesAndResumesWhenItOpens() throws SQLException {
        Runs.seed(test, "alice", 400, 40, "SUCCESS");
        Runs.seed(test, "bob", 900, 40, "SUCCESS");
        RetentionConfig nightly = Configs.with(0, "02:00-05:00", Duration.ZERO);
        PolicyStore policies = new PolicyStore(database);
        await(policies.set(null, "alice", Set.of(), Duration.ofDays(30), null, null, 100));
        await(new PolicyRun(policies, cleanups, nightly, Clock.fixed(night, ZoneOffset.UTC)).runOnce());
        Cleanup created = await(ledger.findOpen(true)).orElseThrow();

        await(cleaner(nightly, new ClosingClock(6)).runOnce());
        Cleanup paused = await(ledger.get(created.id()));
        await(cleaner(nightly, Clock.fixed(noon, ZoneOffset.UTC)).runOnce());
        Cleanup atNoon = await(ledger.get(created.id()));
        await(cleaner(nightly, Clock.fixed(nextNight, ZoneOffset.UTC)).runOnce());
        Cleanup done = await(ledger.get(created.id()));

        assertThat(paused.state()).isEqualTo(Cleanup.State.RUNNING);
        assertThat(paused.deleted()).isBetween(1L, 399L);
        assertThat(atNoon.deleted()).isEqualTo(paused.deleted());
        assertThat(done.state()).isEqualTo(Cleanup.State.COMPLETED);
        assertThat(done.deleted()).isEqualTo(400);
        assertThat(test.count("SELECT count(*) FROM execution")).isEqualTo(900);
    }

    @Test
    void runsPoliciesAutomaticallyWithinTheJitter(Vertx vertx) throws SQLException {
        Runs.seed(test, "alice", 20, 40, "SUCCESS");
        await(new PolicyStore(database).set(null, null, Set.of(), Duration.ofDays(30), null, null, 100));
        Promise<Cleanup> ended = Promise.promise();
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().state() == Cleanup.State.COMPLETED) {
                ended.tryComplete(event.cleanup());
            }
        });

        await(vertx.deployVerticle(new RetentionVerticle(
                bus,
                database,
                Configs.with(0, "", Duration.ofMillis(50)),
                Clock.systemUTC(),
                new SimpleMeterRegistry())));

        assertThat(await(ended.future()).deleted()).isEqualTo(20);
        // The policies run again after the cleanup and find no backlog.
        test.awaitRows("SELECT FROM retention_policy WHERE overdue = 0");
        assertThat(test.count("SELECT count(*) FROM cleanup")).isEqualTo(1);
    }

    @Test
    void spreadsDelaysFromZeroToTheJitter() {
        Jitter minute = new Jitter(Duration.ofMinutes(1));

        List<Duration> delays =
                IntStream.range(0, 1000).mapToObj(i -> minute.next()).toList();

        assertThat(delays)
                .allSatisfy(delay -> assertThat(delay).isBetween(Duration.ZERO, Duration.ofMinutes(1)))
                .anyMatch(delay -> delay.compareTo(Duration.ofSeconds(20)) < 0)
                .anyMatch(delay -> delay.compareTo(Duration.ofSeconds(40)) > 0);
        assertThat(new Jitter(Duration.ZERO).next()).isZero();
    }

    private Cleaner cleaner(RetentionConfig config, Clock clock) {
        return Runs.cleaner(bus, database, config, clock);
    }

    /** Returns night for a number of calls, then noon. */
    private final class ClosingClock extends Clock {
        private int left;

        ClosingClock(int times) {
            left = times;
        }

        @Override
        public Instant instant() {
            return left-- > 0 ? night : noon;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
