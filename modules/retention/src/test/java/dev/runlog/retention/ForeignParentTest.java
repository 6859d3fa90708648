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
    private final ConcurrentHashMap<UUID, Promise<Cleanup>> endings = new ConcurrentHashMap<>();
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
    void runningSparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 1, 40, "RUNNING");
        adopt(mallory, bob);

        assertDeletesAllOfMallorys(null, 5);
    }

    @Test
    void runningOnAnotherDaySparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "FAILED");
        Runs.seed(test, bob, 1, 41, "RUNNING");
        adopt(mallory, bob);

        assertDeletesAllOfMallorys(null, 5);
    }

    @Test
    void heldSparesNothingAtAnyDepth() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 1, 41, "SUCCESS");
        adopt(mallory, bob);
        String first = test.get("SELECT min(e.id::text) FROM execution e " + whereOwner(mallory));
        test.execute("UPDATE execution e SET parent_id = '" + first + "' " + whereOwner(mallory) + " AND e.id <> '"
                + first + "'");
        await(bus.request(new HoldExecution(
                new Viewer(bob, Set.of(Scope.CLEANUP)),
                UUID.fromString(test.get("SELECT e.id FROM execution e " + whereOwner(bob))),
                true,
                "audit")));

        assertDeletesAllOfMallorys(null, 5);
    }

    @Test
    void keptByAPolicySparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 1, 41, "SUCCESS");
        adopt(mallory, bob);
        await(bus.request(new SetRetentionPolicy(
                new Viewer(bob, Set.of(Scope.CLEANUP)), null, null, false, Set.of(), Duration.ofDays(300), null)));

        assertDeletesAllOfMallorys(null, 5);
    }

    @Test
    void amongTheNewestSparesNothing() throws SQLException {
        Runs.seed(test, mallory, 5, 40, "SUCCESS");
        Runs.seed(test, bob, 2, 41, "SUCCESS");
        adopt(mallory, bob);
        Viewer operator = new Viewer("operator", Set.of(Scope.OPS));

        // Keeps the newest execution of each workflow. Bob's newest is the parent of all of Mallory's.
        Cleanup done = run(RequestCleanup.builder(operator)
                .olderThan(Duration.ofDays(30))
                .keepLast(1)
                .allOwners(true)
                .build());

        assertThat(done.deleted()).isEqualTo(5);
        assertThat(test.count("SELECT count(*) FROM execution e " + whereOwner(mallory)))
                .isEqualTo(1);
    }

    private void assertDeletesAllOfMallorys(@Nullable Integer keepLast, int runs) throws SQLException {
        Cleanup dry = await(bus.request(mallorysRequest(keepLast, true)));
        Cleanup done = run(mallorysRequest(keepLast, false));

        assertThat(dry.matched()).isEqualTo(runs);
        assertThat(dry.preview()).isNotNull();
        assertThat(dry.preview().spared().children()).isZero();
        assertThat(done.deleted()).isEqualTo(runs);
        assertThat(test.count("SELECT count(*) FROM execution e " + whereOwner(mallory)))
                .isZero();
        assertThat(test.count("SELECT count(*) FROM execution e " + whereOwner(bob)))
                .isEqualTo(1);
    }

    private RequestCleanup mallorysRequest(@Nullable Integer keepLast, boolean dryRun) {
        return RequestCleanup.builder(new Viewer(mallory, Set.of(Scope.CLEANUP)))
                .olderThan(Duration.ofDays(30))
                .keepLast(keepLast)
                .dryRun(dryRun)
                .build();
    }

    /** Makes the newest execution of one owner the parent of all executions of another. */
    private void adopt(String children, String parents) throws SQLException {
        String parent = test.get("SELECT max(e.id::text) FROM execution e " + whereOwner(parents));
        test.execute("UPDATE execution e SET parent_id = '" + parent + "' " + whereOwner(children)
                + "; UPDATE unsuccessful_execution e SET parent_id = '" + parent + "' " + whereOwner(children));
    }

    private static String whereOwner(String owner) {
        return "WHERE e.owner_id = (SELECT id FROM owner WHERE subject = '" + owner + "')";
    }

    private Cleanup run(RequestCleanup request) {
        Cleanup created = await(bus.request(request));
        return await(ending(created.id()).future());
    }

    private Promise<Cleanup> ending(UUID id) {
        return endings.computeIfAbsent(id, none -> Promise.promise());
    }
}
