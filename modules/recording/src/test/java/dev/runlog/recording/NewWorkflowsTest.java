package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One owner registers thousands of new workflows at once while others record. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class NewWorkflowsTest {
    private static final int NAMES = 30_000;
    private static final int NAMES_PER_REQUEST = 1000;
    private static final int CONCURRENT_REQUESTS = 4;
    private static final int WORKFLOWS_MAX = 20_000;
    /** Requests of the flood that may finish while one event of another owner waits. */
    private static final int OVERTAKING_MAX = 3 * CONCURRENT_REQUESTS;

    private final Viewer alice = new Viewer("alice-" + Ids.next(), Set.of(Scope.WRITE));
    private final Viewer bob = new Viewer("bob-" + Ids.next(), Set.of(Scope.WRITE));
    private Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        bus = Bus.create(vertx, Duration.ofMinutes(2));
        // The planner must see small tables, as on a new server.
        database.execute("ANALYZE owner, workflow");
        await(vertx.deployVerticle(new RecordingVerticle(
                bus,
                Configs.database(database.url()),
                Configs.serverDefaults(WORKFLOWS_MAX),
                Clock.systemUTC(),
                new SimpleMeterRegistry(),
                Optional::empty)));
        record(bob, List.of(run("w")));
    }

    @Test
    void recordsForOthersWhileAnOwnerRegistersThousandsOfWorkflows() {
        List<Outcome> outcomes = new CopyOnWriteArrayList<>();
        Future<?> flooded = Future.join(IntStream.range(0, CONCURRENT_REQUESTS)
                .mapToObj(i -> flood(i * NAMES_PER_REQUEST, outcomes))
                .toList());
        int overtaking = 0;
        while (!flooded.isComplete()) {
            int before = outcomes.size();
            assertThat(record(bob, List.of(run("w"))))
                    .extracting(Outcome::verdict)
                    .containsExactly(Verdict.RECORDED);
            overtaking = Math.max(overtaking, (outcomes.size() - before) / NAMES_PER_REQUEST);
        }

        assertThat(overtaking).isLessThanOrEqualTo(OVERTAKING_MAX);
        // Lookups that read all workflows of the owner for each key would reach the statement timeout.
        assertThat(flooded.succeeded()).isTrue();
        assertThat(outcomes)
                .hasSize(NAMES)
                .filteredOn(outcome -> outcome.verdict() == Verdict.RECORDED)
                .hasSize(WORKFLOWS_MAX);
    }

    /** Sends the next request after each reply, like an upload of many events. */
    private Future<Void> flood(int first, List<Outcome> outcomes) {
        if (first >= NAMES) {
            return Future.succeededFuture();
        }
        List<RecordingEvent> runs = IntStream.range(first, first + NAMES_PER_REQUEST)
                .mapToObj(i -> run("w-" + i))
                .toList();
        return bus.request(new RecordEvents(alice, runs)).compose(answer -> {
            outcomes.addAll(answer.outcomes());
            return flood(first + CONCURRENT_REQUESTS * NAMES_PER_REQUEST, outcomes);
        });
    }

    private List<Outcome> record(Viewer viewer, List<RecordingEvent> events) {
        return await(bus.request(new RecordEvents(viewer, events))).outcomes();
    }

    private static RecordingEvent run(String workflow) {
        Instant start = Instant.now();
        return RunFinished.builder(Ids.at(start), ExecutionStatus.SUCCESS)
                .workflow(WorkflowRef.ofKey(workflow))
                .finishedAt(start)
                .build();
    }
}
