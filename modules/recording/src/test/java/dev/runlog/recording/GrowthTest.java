package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.UpsertWorkflow;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.storage.db.DatabaseConfig;
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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits on creating days and workflows. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class GrowthTest {
    private static final int WORKFLOWS_MAX = 5;
    private static final int WORKFLOWS_PER_HOUR = 12;
    private static final int DAYS_PER_HOUR = 3;

    private final Viewer alice = new Viewer("alice-" + Ids.next(), Set.of(Scope.WRITE));
    private final Viewer bob = new Viewer("bob-" + Ids.next(), Set.of(Scope.WRITE));
    private final Viewer engine = new Viewer("engine-" + Ids.next(), Set.of(Scope.ENGINE));
    private TestDatabase database;
    private Bus bus;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) throws SQLException {
        this.database = database;
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        DatabaseConfig config = Configs.database(database.url());
        await(vertx.deployVerticle(new RecordingVerticle(
                bus,
                config,
                Configs.with(WORKFLOWS_MAX, WORKFLOWS_PER_HOUR, DAYS_PER_HOUR),
                Clock.systemUTC(),
                new SimpleMeterRegistry(),
                Optional::empty)));
        // Drops the days that other tests created: they would not count as new.
        database.execute(
                "DO $$ DECLARE day text; BEGIN FOR day IN SELECT right(relname, 8) FROM pg_class WHERE relname ~ "
                        + "'^execution_[0-9]{8}$' AND right(relname, 8) < to_char(now() - interval '1 day', 'YYYYMMDD') LOOP "
                        + "EXECUTE 'DROP TABLE execution_' || day || ', step_' || day; END LOOP; END $$");
    }

    @Test
    void limitsTheNewDaysOfARequestToTheHourlyQuota() throws SQLException {
        String before = partitions();

        List<Outcome> outcomes = record(
                alice,
                IntStream.rangeClosed(2, 399)
                        .mapToObj(daysAgo -> run(null, "backfill", daysAgo))
                        .toList());

        assertThat(outcomes)
                .filteredOn(outcome -> outcome.verdict() == Verdict.RECORDED)
                .hasSize(DAYS_PER_HOUR);
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.verdict() == Verdict.REJECTED)
                .hasSize(398 - DAYS_PER_HOUR)
                .allSatisfy(refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(refused.message()).contains("recording.days-per-hour-max is 3");
                });
        assertThat(partitions()).isEqualTo(Integer.toString(Integer.parseInt(before) + DAYS_PER_HOUR));
    }

    @Test
    void acceptsEventsOfExistingDaysWithoutQuota() {
        record(bob, List.of(run(null, "w", 200), run(null, "w", 201), run(null, "w", 202)));
        record(alice, List.of(run(null, "w", 210), run(null, "w", 211), run(null, "w", 212)));

        assertThat(record(alice, List.of(run(null, "w", 200), run(null, "w", 0), run(null, "w", 212))))
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED);
        assertThat(record(alice, List.of(run(null, "w", 213))))
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.REJECTED);
        assertThat(record(bob, List.of(run(null, "w", 0))))
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED);
    }

    @Test
    void chargesNewDaysToACallerWhoInventsOwners() {
        List<Outcome> outcomes = record(
                engine,
                IntStream.range(0, 10)
                        .mapToObj(i -> run("puppet-" + i, "w", 300 + i))
                        .toList());

        assertThat(outcomes)
                .filteredOn(outcome -> outcome.verdict() == Verdict.RECORDED)
                .hasSize(DAYS_PER_HOUR);
    }

    @Test
    void limitsTheWorkflowsOfAnOwner() throws SQLException {
        List<Outcome> outcomes = record(
                alice,
                IntStream.range(0, 20).mapToObj(i -> run(null, "w-" + i, 0)).toList());

        assertThat(outcomes)
                .filteredOn(outcome -> outcome.verdict() == Verdict.RECORDED)
                .hasSize(WORKFLOWS_MAX);
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.verdict() == Verdict.REJECTED)
                .filteredOn(outcome -> outcome.code() == ErrorCode.BAD_INPUT)
                .isNotEmpty()
                .allSatisfy(refused -> assertThat(refused.message()).contains("recording.workflows-max is 5"));
        assertThat(workflowsOf(alice.subject())).isEqualTo(Integer.toString(WORKFLOWS_MAX));
        assertThat(refusal(new UpsertWorkflow(alice, "more", null, null)).code())
                .isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(record(bob, List.of(run(null, "w", 0))))
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED);
    }

    @Test
    void renamesAndRecordsExistingWorkflowsAtTheLimit() {
        for (int i = 0; i < WORKFLOWS_MAX; i++) {
            await(bus.request(new UpsertWorkflow(alice, "w-" + i, "old", null)));
        }

        assertThat(await(bus.request(new UpsertWorkflow(alice, "w-0", "new", null)))
                        .workflow()
                        .name())
                .isEqualTo("new");
        assertThat(await(bus.request(new UpsertWorkflow(alice, "w-0", null, null)))
                        .workflow()
                        .name())
                .isEqualTo("new");
        assertThat(record(alice, List.of(run(null, "w-1", 0))))
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED);
    }

    @Test
    void limitsTheWorkflowsThatACallerRegistersForInventedOwners() throws SQLException {
        String puppets = "puppet-" + Ids.next() + "-";
        List<Outcome> outcomes = record(
                engine,
                IntStream.range(0, 30).mapToObj(i -> run(puppets + i, "w", 0)).toList());

        assertThat(outcomes)
                .filteredOn(outcome -> outcome.verdict() == Verdict.REJECTED)
                .isNotEmpty()
                .allSatisfy(refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.RATE_LIMITED);
                    assertThat(refused.message()).contains("recording.workflows-per-hour-max is 12");
                });
        // Two lanes may each use the last of the quota.
        assertThat(Integer.parseInt(database.get("SELECT count(*) FROM owner WHERE subject LIKE '" + puppets + "%'")))
                .isBetween(WORKFLOWS_PER_HOUR, 2 * WORKFLOWS_PER_HOUR);
        assertThat(refusal(new UpsertWorkflow(engine, "w", null, "another")).code())
                .isEqualTo(ErrorCode.RATE_LIMITED);
    }

    private List<Outcome> record(Viewer viewer, List<RecordingEvent> events) {
        return await(bus.request(new RecordEvents(viewer, events))).outcomes();
    }

    private RunlogException refusal(UpsertWorkflow request) {
        return (RunlogException) awaitFailure((Future<?>) bus.request(request));
    }

    private static RecordingEvent run(@Nullable String owner, String workflow, int daysAgo) {
        Instant start = Instant.now().minus(Duration.ofDays(daysAgo));
        return RunFinished.builder(Ids.at(start), ExecutionStatus.SUCCESS)
                .owner(owner)
                .workflow(WorkflowRef.ofKey(workflow))
                .finishedAt(start)
                .build();
    }

    private String workflowsOf(String owner) throws SQLException {
        return database.get(
                "SELECT count(*) FROM workflow w JOIN owner o ON o.id = w.owner_id WHERE o.subject = '" + owner + "'");
    }

    private String partitions() throws SQLException {
        return database.get("SELECT count(*) FROM pg_inherits WHERE inhparent = 'execution'::regclass");
    }
}
