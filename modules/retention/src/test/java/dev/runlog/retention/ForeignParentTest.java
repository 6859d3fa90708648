package dev.runlog.retention;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Naming another owner's execution as parent has no effect and reveals nothing about it. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class ForeignParentTest {
    private final ConcurrentHashMap<UUID, Promise<Cleanup>> over = new ConcurrentHashMap<>();
    private final String mallory = "mallory-" + Ids.next();
    private final String bob = "bob-" + Ids.next();
    private TestDatabase test;
    private Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        this.test = database;
        Runs.clear(test);
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().state().isOver()) {
                ending(event.cleanup().id()).tryComplete(event.cleanup());
            }
        });
        await(vertx.deployVerticle(new RetentionVerticle(
                bus,
                Runs.open(vertx, test),
                Configs.with(0, "", Duration.ofHours(1)),
                Clock.systemUTC(),
                new SimpleMeterRegistry())));
    }

    @Test
    void oneThatRunsSparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 1, 40, "RUNNING");
        adopt(mallory, bob);

        assertGoesWhole(null, 5);
    }

    @Test
    void oneOfAnotherDayThatRunsSparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "FAILED");
        Runs.seed(test, bob, 1, 41, "RUNNING");
        adopt(mallory, bob);

        assertGoesWhole(null, 5);
    }

    @Test
    void oneThatIsHeldSparesNothingAtAnyDepth() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 1, 41, "SUCCESS");
        adopt(mallory, bob);
        String first = test.get("SELECT min(e.id::text) FROM execution e " + of(mallory));
        test.execute(
                "UPDATE execution e SET parent_id = '" + first + "' " + of(mallory) + " AND e.id <> '" + first + "'");
        await(bus.request(new HoldExecution(
                new Viewer(bob, Set.of(Scope.CLEANUP)),
                UUID.fromString(test.get("SELECT e.id FROM execution e " + of(bob))),
                true,
                "audit")));

        assertGoesWhole(null, 5);
    }

    @Test
    void oneThatAPolicyKeepsSparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 1, 41, "SUCCESS");
        adopt(mallory, bob);
        await(bus.request(new SetRetentionPolicy(
                new Viewer(bob, Set.of(Scope.CLEANUP)), null, null, false, Set.of(), Duration.ofDays(300), null)));

        assertGoesWhole(null, 5);
    }

    @Test
    void oneAmongTheNewestThatACleanupKeepsSparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 2, 41, "SUCCESS");
        adopt(mallory, bob);
        Viewer operator = new Viewer("operator", Set.of(Scope.OPS));

        // The newest of each workflow stays; that of bob's is the parent of all of mallory's.
        Cleanup done = run(
                new RequestCleanup(operator, Duration.ofDays(30), null, Set.of(), null, 1, false, null, true, false));

        assertThat(done.deleted()).isEqualTo(5);
        assertThat(test.get("SELECT count(*) FROM execution e " + of(mallory))).isEqualTo("1");
    }

    private void assertGoesWhole(@Nullable Integer keepLast, int runs) throws SQLException {
        Cleanup dry = await(bus.request(ofMallorys(keepLast, true)));
        Cleanup done = run(ofMallorys(keepLast, false));

        assertThat(dry.matched()).isEqualTo(runs);
        assertThat(dry.preview()).isNotNull();
        assertThat(dry.preview().spared().children()).isZero();
        assertThat(done.deleted()).isEqualTo(runs);
        assertThat(test.get("SELECT count(*) FROM execution e " + of(mallory))).isEqualTo("0");
        assertThat(test.get("SELECT count(*) FROM execution e " + of(bob))).isEqualTo("1");
    }

    private RequestCleanup ofMallorys(@Nullable Integer keepLast, boolean dryRun) {
        return new RequestCleanup(
                new Viewer(mallory, Set.of(Scope.CLEANUP)),
                Duration.ofDays(30),
                null,
                Set.of(),
                null,
                keepLast,
                false,
                null,
                false,
                dryRun);
    }

    /** Makes an owner's newest execution the parent of all of another's. */
    private void adopt(String children, String parents) throws SQLException {
        String parent = test.get("SELECT max(e.id::text) FROM execution e " + of(parents));
        test.execute("UPDATE execution e SET parent_id = '" + parent + "' " + of(children)
                + "; UPDATE unsuccessful_execution e SET parent_id = '" + parent + "' " + of(children));
    }

    private static String of(String owner) {
        return "WHERE e.owner_id = (SELECT id FROM owner WHERE subject = '" + owner + "')";
    }

    private Cleanup run(RequestCleanup request) {
        Cleanup asked = await(bus.request(request));
        return await(ending(asked.id()).future());
    }

    private Promise<Cleanup> ending(UUID id) {
        return over.computeIfAbsent(id, none -> Promise.promise());
    }
}
