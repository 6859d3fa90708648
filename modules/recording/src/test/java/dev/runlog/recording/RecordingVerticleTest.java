package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RecordingEvent.Finished;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.recording.RecordingEvent.StepEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.UpsertWorkflow;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.batch.HeartbeatSweep;
import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.read.StatisticsReads;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.Relay;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class RecordingVerticleTest {
    private static final RecordingConfig CONFIG = Configs.with(10_000, 10_000, 1000);

    private final Viewer alice = new Viewer("alice-" + Ids.next(), Set.of(Scope.WRITE));
    private final Viewer engine = new Viewer("engine", Set.of(Scope.ENGINE));
    private final List<ExecutionsChanged.Change> announced = new CopyOnWriteArrayList<>();
    private Bus bus;
    private DatabaseConfig databaseConfig;
    private String deployment;

    @BeforeEach
    void deploy(Vertx vertx, TestDatabase database) {
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        databaseConfig = Configs.database(database.url());
        deployment = await(vertx.deployVerticle(new RecordingVerticle(
                bus, databaseConfig, CONFIG, Clock.systemUTC(), new SimpleMeterRegistry(), Optional::empty)));
        bus.subscribe(ExecutionsChanged.class, event -> announced.addAll(event.changes()));
    }

    @Test
    void recordsAStartAndItsFinish() {
        Execution started = record(start(null)).execution();
        Execution finished =
                record(finish(started.id(), ExecutionStatus.SUCCESS)).execution();

        assertThat(started.status()).isEqualTo(ExecutionStatus.RUNNING);
        assertThat(finished.status()).isEqualTo(ExecutionStatus.SUCCESS);
        assertThat(finished.finishedAt()).isAfterOrEqualTo(started.startedAt());
        assertThat(daily("running, success")).isEqualTo("(0,1)");
    }

    @Test
    void ignoresDuplicates() {
        UUID id = Ids.next();
        record(start(id));
        record(finish(id, ExecutionStatus.FAILED));

        assertThat(record(start(id)).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(record(finish(id, ExecutionStatus.FAILED)).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(daily("running, failed")).isEqualTo("(0,1)");
    }

    @Test
    void writesASingleStartInOneRoundTrip(Vertx vertx, TestDatabase database) {
        Relay relay = Relay.to(vertx, database.url());
        redeploy(vertx, relay.url());
        // A connection prepares each statement once.
        IntStream.range(0, 8).forEach(i -> record(start(Ids.next())));

        Future<Void> committed = relay.holdResponsesUntil("COMMIT");
        Outcome started = record(start(Ids.next()));

        assertThat(committed.succeeded()).isTrue();
        assertThat(started.verdict()).isEqualTo(Verdict.RECORDED);
    }

    @Test
    void separatesNewEventsFromDuplicatesInABatch() {
        UUID known = Ids.next();
        UUID completed = Ids.next();
        UUID running = Ids.next();
        record(List.of(
                start(known),
                start(running),
                new Completed(start(completed), finish(completed, ExecutionStatus.SUCCESS))));
        UUID fresh = Ids.next();
        List<RecordingEvent> events = List.of(
                start(fresh),
                start(known),
                new Completed(start(completed), finish(completed, ExecutionStatus.SUCCESS)),
                finish(running, ExecutionStatus.FAILED),
                finish(fresh, ExecutionStatus.SUCCESS));

        assertThat(record(events))
                .extracting(Outcome::verdict)
                .containsExactly(
                        Verdict.RECORDED, Verdict.DUPLICATE, Verdict.DUPLICATE, Verdict.RECORDED, Verdict.RECORDED);
        assertThat(record(events)).extracting(Outcome::verdict).containsOnly(Verdict.DUPLICATE);
        assertThat(daily("running, success, failed")).isEqualTo("(1,2,1)");
    }

    @Test
    void fillsInAStartThatArrivesAfterItsFinish() throws Exception {
        UUID id = Ids.next();
        Outcome finish = record(new Finished(
                id, null, WorkflowRef.ofKey("nightly"), ExecutionStatus.SUCCESS, null, "{\"rows\":3}", null));
        Outcome start = record(start(id));

        assertThat(List.of(finish.verdict(), start.verdict())).containsOnly(Verdict.RECORDED);
        assertThat(start.execution().status()).isEqualTo(ExecutionStatus.SUCCESS);
        assertThat(start.execution().trigger()).isEqualTo("test");
        assertThat(stored(id, "payload || result")).isEqualTo("{\"n\":1}{\"rows\":3}");
        assertThat(daily("running, success")).isEqualTo("(0,1)");
    }

    @Test
    void keepsAFinalStatus() {
        UUID id = Ids.next();
        record(start(id));
        record(finish(id, ExecutionStatus.SUCCESS));

        Outcome contradiction = record(finish(id, ExecutionStatus.FAILED));

        assertThat(contradiction.code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(contradiction.message()).contains("SUCCESS", "FAILED", id.toString());
        assertThat(daily("success, failed")).isEqualTo("(1,0)");
    }

    @Test
    void mergesStartStepsAndFinishOfOneBatch() throws Exception {
        UUID id = Ids.next();

        List<Outcome> outcomes = record(List.of(
                start(id),
                new StepsRecorded(id, null, List.of(step(0, StepStatus.RUNNING, "first"))),
                new StepsRecorded(
                        id, null, List.of(step(0, StepStatus.SUCCESS, "first"), step(1, StepStatus.FAILED, "second"))),
                finish(id, ExecutionStatus.FAILED)));

        assertThat(outcomes).extracting(Outcome::verdict).containsOnly(Verdict.RECORDED);
        assertThat(stored(
                        id,
                        "(SELECT string_agg(name || status, ',' ORDER BY index) FROM step WHERE execution_id = e.id)"))
                .isEqualTo("first2,second3");
        assertThat(daily("running, failed")).isEqualTo("(0,1)");
    }

    @Test
    void announcesEachChangeInOrderAfterItsCommit() {
        UUID id = Ids.next();

        record(List.of(start(id), finish(id, ExecutionStatus.CANCELLED)));

        assertThat(announced)
                .filteredOn(change -> change.execution().id().equals(id))
                .extracting(change -> change.before() + ">" + change.execution().status())
                .containsExactly("null>RUNNING", "RUNNING>CANCELLED");
    }

    @Test
    void hidesAnotherOwnersExecution() {
        UUID id = Ids.next();
        record(start(id));
        Viewer mallory = new Viewer("mallory", Set.of(Scope.WRITE));

        List<Outcome> outcomes =
                recordAs(mallory, List.of(start(id), finish(id, ExecutionStatus.FAILED), new Heartbeat(id, null)));

        assertThat(outcomes).extracting(Outcome::code).containsOnly(ErrorCode.NOT_FOUND);
        assertThat(daily("running, failed")).isEqualTo("(1,0)");
    }

    @Test
    void recordsForAnotherOwnerOnlyWithTheEngineScope() {
        Started forAlice = new Started(
                null, alice.subject(), WorkflowRef.ofKey("nightly"), null, null, null, null, Map.of(), null, null);

        assertThat(recordAs(engine, List.of(forAlice)).get(0).orThrow().owner()).isEqualTo(alice.subject());
        assertThat(recordAs(new Viewer("bob", Set.of(Scope.WRITE)), List.of(forAlice))
                        .get(0)
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(codeOf(awaitFailure(
                        bus.request(new RecordEvents(new Viewer("bob", Set.of(Scope.READ)), List.of(forAlice))))))
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    @Test
    void rejectsOnlyInvalidEventsAndNamesTheProblem() {
        UUID id = Ids.next();
        Instant now = Instant.now();
        List<Outcome> outcomes = record(List.of(
                start(id),
                finish(Ids.next(), ExecutionStatus.SUCCESS),
                finish(id, ExecutionStatus.CRASHED),
                start(UUID.randomUUID()),
                start(Ids.at(now.plus(Duration.ofDays(2)))),
                start(Ids.at(now.minus(Duration.ofDays(500)))),
                startedWith("{\"n\":\"" + "x".repeat(2000) + "\"}"),
                startedBy("a\u0000"),
                startedBy("\uD800"),
                new StepsRecorded(id, null, List.of(step(0, StepStatus.SUCCESS, "fine")))));

        assertThat(outcomes)
                .extracting(Outcome::code)
                .containsExactly(
                        null,
                        ErrorCode.NOT_FOUND,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        null);
        assertThat(outcomes.get(6).message()).contains("2008 bytes", "payload-max-bytes", "1000");
        assertThat(outcomes.get(7).message()).contains("NUL");
    }

    @Test
    void limitsTheStepsOfOneEvent() {
        UUID id = Ids.next();
        record(start(id));

        Outcome most = record(new StepsRecorded(id, null, steps(CONFIG.stepsMax())));
        Outcome tooMany = record(new StepsRecorded(id, null, steps(CONFIG.stepsMax() + 1)));

        assertThat(most.verdict()).isEqualTo(Verdict.RECORDED);
        assertThat(tooMany.code()).isEqualTo(ErrorCode.BAD_INPUT);
        assertThat(tooMany.message()).isEqualTo("Too many steps in one event: 101 (recording.steps-max is 100).");
    }

    @Test
    void cutsLongErrorsAndReportsIt() throws Exception {
        UUID id = Ids.next();
        record(start(id));

        Execution failed = record(new Finished(
                        id,
                        null,
                        null,
                        ExecutionStatus.FAILED,
                        null,
                        null,
                        new ExecutionError("m".repeat(30), "Type", "s".repeat(50), null)))
                .execution();

        assertThat(failed.errorMessage()).hasSize(20);
        assertThat(failed.truncated()).extracting(Enum::name).containsExactlyInAnyOrder("ERROR_MESSAGE", "STACK_TRACE");
        assertThat(failed.errorFingerprint()).isNotBlank();
        assertThat(stored(id, "length(stack_trace)")).isEqualTo("40");
    }

    @Test
    void redactsAndCountsSecretsOfStartAndFinish() throws Exception {
        UUID id = Ids.next();
        Map<String, String> labels = Map.of("api-token", "abc", "url", "https://u:p@host/");
        record(new Started(
                id,
                null,
                WorkflowRef.ofKey("nightly"),
                null,
                "https://u:p@hook/",
                null,
                null,
                labels,
                "{\"db\":{\"Password\":\"hunter2\",\"card\":1.0,\"port\":1.0}}",
                null));

        Execution failed = record(new Finished(
                        id,
                        null,
                        null,
                        ExecutionStatus.FAILED,
                        null,
                        "\"Bearer abc123\"",
                        new ExecutionError("token=abc", null, "password=x", "{\"Authorization\":\"x\"}")))
                .orThrow();

        assertThat(failed.redacted()).isEqualTo(9);
        assertThat(failed.labels()).isEqualTo(Map.of("api-token", "[redacted]", "url", "https://u:[redacted]@host/"));
        assertThat(failed.trigger()).isEqualTo("https://u:[redacted]@hook/");
        assertThat(stored(id, "payload || result || error_details || error_message || stack_trace || redacted"))
                .isEqualTo(
                        "{\"db\":{\"Password\":\"[redacted]\",\"card\":\"[redacted]\",\"port\":1.0}}"
                                + "\"Bearer [redacted]\"{\"Authorization\":\"[redacted]\"}token=[redacted]password=[redacted]9");
    }

    @Test
    void acceptsAnyFinishWithAValidIdAndStatus() throws Exception {
        String bad = "\u0000\uD800";
        for (RecordingEvent.Finished finish : List.of(
                failed(null, new ExecutionError(bad, bad, bad, "{\"a\":\"" + bad + "\"}")),
                failed("{\"a\":\"\\ud800" + bad + "\"}", null),
                failed(null, new ExecutionError(null, "T".repeat(10_000), null, "[" + "1,".repeat(5000) + "1]")),
                failed("\"" + "x".repeat(300_000) + "\"", null),
                failed("[".repeat(50_000) + "]".repeat(50_000), null),
                failed("no JSON, password=x", null))) {
            UUID id = Ids.next();
            record(start(id));

            Outcome outcome =
                    record(new Finished(id, null, null, ExecutionStatus.FAILED, null, finish.result(), finish.error()));

            assertThat(outcome.verdict()).as(outcome.message()).isEqualTo(Verdict.RECORDED);
            assertThat(outcome.orThrow().truncated().isEmpty()
                            && outcome.orThrow().sanitized().isEmpty())
                    .isFalse();
            assertThat(stored(id, "greatest(octet_length(result), octet_length(error_details), length(error_type))"))
                    .satisfiesAnyOf(
                            none -> assertThat(none).isEqualTo("null"),
                            size -> assertThat(Integer.parseInt(size)).isLessThanOrEqualTo(CONFIG.resultMaxBytes()));
        }
    }

    @Test
    void movesTheFinishTimeBetweenStartAndNow() {
        UUID id = Ids.next();
        UUID other = Ids.next();
        record(List.of(start(id), start(other)));

        Execution early = record(finishedAt(id, Instant.EPOCH)).orThrow();
        Execution late = record(finishedAt(other, Instant.now().plus(Duration.ofDays(1))))
                .orThrow();

        assertThat(early.duration()).isEqualTo(Duration.ZERO);
        assertThat(late.finishedAt()).isBetween(late.startedAt(), Instant.now());
    }

    @Test
    void marksAlteredPartsOfStepsWhileTheyAreKept() throws Exception {
        UUID id = Ids.next();
        record(start(id));
        StepEvent running = new StepEvent(
                0, "n".repeat(60), "k\u0000", StepStatus.RUNNING, null, null, "{\"password\":1}", null, null);
        StepEvent finished = new StepEvent(
                0, "name", null, StepStatus.FAILED, null, null, null, "\"" + "x".repeat(2000) + "\"", "\"\uD800\"");

        record(new StepsRecorded(id, null, List.of(running)));
        String before =
                database.get("SELECT row(truncated, sanitized, redacted) FROM step WHERE execution_id = '" + id + "'");
        record(new StepsRecorded(id, null, List.of(finished)));
        String after =
                database.get("SELECT row(truncated, sanitized, redacted) FROM step WHERE execution_id = '" + id + "'");
        UUID atOnce = Ids.next();
        record(List.of(
                start(atOnce),
                new StepsRecorded(atOnce, null, List.of(running)),
                new StepsRecorded(atOnce, null, List.of(finished))));
        String merged = database.get(
                "SELECT row(truncated, sanitized, redacted) FROM step WHERE execution_id = '" + atOnce + "'");

        assertThat(before).isEqualTo("(1,2,4)");
        assertThat(after).isEqualTo("(8,18,4)").isEqualTo(merged);
    }

    @Test
    void refusesControlAndBidirectionalCharactersInIdentifiers() {
        List<Outcome> outcomes = record(List.of(
                startedOf("a\u001b]0;x\u0007"),
                startedOf("a\u202Eb"),
                startedOf("a\nb"),
                startedOf("a\u0085"),
                startedOf("a\u2066b"),
                startedLabelled("a\u200Fb"),
                startedOf("שלום 👩‍💻 a-b_c.d/e")));

        assertThat(outcomes)
                .extracting(Outcome::code)
                .containsExactly(
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        ErrorCode.BAD_INPUT,
                        null);
        assertThat(outcomes.get(0).message())
                .isEqualTo("Invalid workflow key: control character U+001B at position 1.");
        assertThat(outcomes.get(1).message())
                .isEqualTo("Invalid workflow key: bidirectional control character U+202E at position 1.");
    }

    private static Started startedOf(String key) {
        return new Started(null, null, WorkflowRef.ofKey(key), null, null, null, null, Map.of(), null, null);
    }

    private static Started startedLabelled(String label) {
        return new Started(
                null, null, WorkflowRef.ofKey("nightly"), null, null, null, null, Map.of(label, "x"), null, null);
    }

    private static Finished failed(@Nullable String result, @Nullable ExecutionError error) {
        return new Finished(Ids.next(), null, null, ExecutionStatus.FAILED, null, result, error);
    }

    private static Finished finishedAt(UUID id, Instant moment) {
        return new Finished(id, null, null, ExecutionStatus.SUCCESS, moment, null, null);
    }

    @Test
    void recordsToNewDaysFromAllLanesAtOnce() {
        Instant start = Instant.now().minus(Duration.ofDays(300));
        List<RecordingEvent> events = IntStream.range(0, 200)
                .<RecordingEvent>mapToObj(i -> start(Ids.at(start.plus(Duration.ofDays(i % 10)))))
                .toList();

        List<Outcome> outcomes = record(events);

        assertThat(outcomes).hasSize(200).extracting(Outcome::verdict).containsOnly(Verdict.RECORDED);
    }

    @Test
    void createsPartitionsOfPastDaysOnDemand() throws Exception {
        Instant start = Instant.now().minus(Duration.ofDays(37));
        UUID id = Ids.at(start);

        assertThat(record(start(id)).verdict()).isEqualTo(Verdict.RECORDED);
        assertThat(stored(id, "tableoid::regclass"))
                .isEqualTo("execution_" + start.toString().substring(0, 10).replace("-", ""));
    }

    @Test
    void marksMissedHeartbeatsAsCrashedUntilTheFinishArrives(Vertx vertx) throws SQLException {
        UUID id = Ids.next();
        record(new Started(
                id,
                null,
                WorkflowRef.ofKey("beating"),
                null,
                null,
                null,
                null,
                Map.of(),
                null,
                Duration.ofSeconds(10)));
        RecordingStore store = RecordingStore.open(vertx, databaseConfig, 1);
        Clock later = Clock.fixed(Instant.now().plusSeconds(11), ZoneOffset.UTC);

        int crashed = await(new HeartbeatSweep(bus, store, later, Duration.ZERO).runOnce());

        assertThat(crashed).isEqualTo(1);
        assertThat(record(new Heartbeat(id, null)).code()).isEqualTo(ErrorCode.CONFLICT);
        assertThat(daily("running, crashed")).isEqualTo("(0,1)");
        assertThat(listed(id)).isEqualTo("5");
        assertThat(record(finish(id, ExecutionStatus.SUCCESS)).orThrow().status())
                .isEqualTo(ExecutionStatus.SUCCESS);
        assertThat(daily("crashed, success")).isEqualTo("(0,1)");
        assertThat(listed(id)).isEqualTo("null");
        await(store.close());
    }

    @Test
    void marksExecutionsWithoutHeartbeatsAsCrashedAfterTheMaximumRunTime(Vertx vertx) throws Exception {
        UUID old = Ids.at(Instant.now().minus(Duration.ofDays(3)));
        UUID young = Ids.at(Instant.now().minus(Duration.ofHours(1)));
        record(List.of(start(old), start(young)));
        RecordingStore store = RecordingStore.open(vertx, databaseConfig, 1);

        int off = await(new HeartbeatSweep(bus, store, Clock.systemUTC(), Duration.ZERO).runOnce());
        await(new HeartbeatSweep(bus, store, Clock.systemUTC(), Duration.ofDays(1)).runOnce());

        assertThat(off).isZero();
        assertThat(stored(old, "row(status, error_type, duration_millis)")).isEqualTo("(5,RunTimeout,86400000)");
        assertThat(stored(young, "status")).isEqualTo("1");
        assertThat(daily("running, crashed")).isEqualTo("(1,1)");
        assertThat(announced)
                .last()
                .extracting(change -> change.execution().id())
                .isEqualTo(old);
        await(store.close());
    }

    @Test
    void extendsTheDeadlineOnAHeartbeat() {
        UUID id = Ids.next();
        Execution started = record(new Started(
                        id,
                        null,
                        WorkflowRef.ofKey("beating"),
                        null,
                        null,
                        null,
                        null,
                        Map.of(),
                        null,
                        Duration.ofMinutes(1)))
                .execution();

        Execution beaten = record(new Heartbeat(id, null)).execution();

        assertThat(beaten.heartbeatDeadline()).isAfterOrEqualTo(started.heartbeatDeadline());
    }

    @Test
    void recordsACompletedRunAndRejectsAContradictingOne() {
        UUID id = Ids.next();
        Completed completed = new Completed(start(id), finish(id, ExecutionStatus.SUCCESS));

        assertThat(record(completed).verdict()).isEqualTo(Verdict.RECORDED);
        assertThat(record(completed).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(record(new Completed(start(id), finish(id, ExecutionStatus.FAILED)))
                        .code())
                .isEqualTo(ErrorCode.CONFLICT);
        assertThat(daily("success, failed")).isEqualTo("(1,0)");
    }

    @Test
    void countsCorrectlyWhileManyWritersShareAWorkflow() {
        List<RecordingEvent> events = IntStream.range(0, 500)
                .<RecordingEvent>mapToObj(i -> new Completed(
                        start(Ids.next()),
                        finish(Ids.next(), i % 5 == 0 ? ExecutionStatus.FAILED : ExecutionStatus.SUCCESS)))
                .map(event -> (RecordingEvent) sameId((Completed) event))
                .toList();
        List<Future<RecordEvents.Outcomes>> requests = new ArrayList<>();
        for (int i = 0; i < 500; i += 50) {
            requests.add(bus.request(new RecordEvents(alice, events.subList(i, i + 50))));
        }

        requests.forEach(request -> assertThat(await(request).outcomes())
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED));
        assertThat(daily("success, failed")).isEqualTo("(400,100)");
    }

    @Test
    void returnsDurationQuantilesWithinTheirErrorBeforeAndAfterFolding(Vertx vertx) {
        Instant startedAt = Instant.now().minusSeconds(3600).truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
        List<RecordingEvent> runs = IntStream.rangeClosed(1, 100)
                .<RecordingEvent>mapToObj(i -> {
                    UUID id = Ids.at(startedAt);
                    return new Completed(
                            start(id),
                            new Finished(
                                    id,
                                    null,
                                    null,
                                    ExecutionStatus.SUCCESS,
                                    startedAt.plusMillis(i * 10L),
                                    null,
                                    null));
                })
                .toList();
        record(runs);
        // Duplicates change nothing.
        record(runs);
        RecordingStore store = RecordingStore.open(vertx, databaseConfig, 1);
        Database reading = Database.open(vertx, databaseConfig, new SimpleMeterRegistry());

        Quantiles before = quantiles(reading);
        assertThat(await(store.foldDurations(1000))).isPositive();
        Quantiles after = quantiles(reading);

        assertThat(after).isEqualTo(before);
        assertThat((double) after.p50().toMillis()).isCloseTo(500, withinPercentage(9.1));
        assertThat((double) after.p95().toMillis()).isCloseTo(950, withinPercentage(9.1));
        assertThat((double) after.p99().toMillis()).isCloseTo(990, withinPercentage(9.1));
        await(store.close());
        await(reading.close());
    }

    private Quantiles quantiles(Database reading) {
        LocalDate today = LocalDate.now(java.time.ZoneOffset.UTC);
        return Objects.requireNonNull(await(new StatisticsReads(reading)
                        .get(
                                alice.subject(),
                                new StatisticsReads.Range(alice.subject(), null, null, null),
                                GetStatistics.Interval.MONTH,
                                0,
                                today,
                                false))
                .intervals()
                .get(0)
                .durations());
    }

    @Test
    void repliesOverloadedWhileTheDatabaseIsUnavailable(TestDatabase database) throws SQLException {
        record(start(null));
        database.setReachable(false);
        try {
            assertThat(codeOf(awaitFailure(bus.request(new RecordEvents(alice, List.of(start(null)))))))
                    .isEqualTo(ErrorCode.OVERLOADED);
        } finally {
            database.setReachable(true);
        }
        assertThat(record(start(null)).verdict()).isEqualTo(Verdict.RECORDED);
    }

    @Test
    void recognizesDuplicatesAfterALostCommitReply(Vertx vertx, TestDatabase database) {
        UUID id = Ids.next();
        UUID completed = Ids.next();
        record(start(null));
        record(start(id));
        Relay relay = Relay.to(vertx, database.url());
        redeploy(vertx, relay.url());
        // Loads the workflow, which commits too.
        record(start(null));

        relay.cutAfter("COMMIT");
        Throwable lost = awaitFailure(bus.request(new RecordEvents(
                alice,
                List.of(
                        finish(id, ExecutionStatus.FAILED),
                        new Completed(start(completed), finish(completed, ExecutionStatus.SUCCESS))))));

        assertThat(codeOf(lost)).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(record(List.of(
                        finish(id, ExecutionStatus.FAILED),
                        new Completed(start(completed), finish(completed, ExecutionStatus.SUCCESS)))))
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.DUPLICATE);
        assertThat(daily("running, success, failed")).isEqualTo("(2,1,1)");
    }

    @Test
    void repliesOverloadedWhileTheDatabaseIsSilentAndRecoversAutomatically(Vertx vertx, TestDatabase database) {
        Relay relay = Relay.to(vertx, database.url());
        redeploy(vertx, relay.url());
        record(start(null));

        relay.pause();
        List<Future<RecordEvents.Outcomes>> refused = IntStream.range(0, 50)
                .mapToObj(i -> bus.request(new RecordEvents(alice, List.of(start(Ids.next())))))
                .toList();

        refused.forEach(request -> assertThat(codeOf(awaitFailure(request))).isEqualTo(ErrorCode.OVERLOADED));
        relay.resume();
        assertThat(record(start(null)).verdict()).isEqualTo(Verdict.RECORDED);
    }

    @Test
    void recordsASingleEventDuringAFlood() {
        Viewer bob = new Viewer("bob-" + Ids.next(), Set.of(Scope.WRITE));
        List<Integer> order = new CopyOnWriteArrayList<>();
        List<Future<?>> flood = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int batch = i;
            flood.add(bus.request(new RecordEvents(
                            alice,
                            IntStream.range(0, 90)
                                    .<RecordingEvent>mapToObj(n -> start(null))
                                    .toList()))
                    .onComplete(done -> order.add(batch)));
        }

        await(bus.request(new RecordEvents(bob, List.of(start(null)))).onComplete(done -> order.add(-1)));
        await(Future.join(flood));

        assertThat(flood).allMatch(Future::succeeded);
        assertThat(order.indexOf(-1)).isLessThan(order.size() - 1);
    }

    @Test
    void repliesToAcceptedEventsBeforeItStops(Vertx vertx) {
        List<RecordingEvent> events = IntStream.range(0, 300)
                .<RecordingEvent>mapToObj(i -> start(null))
                .toList();

        Future<RecordEvents.Outcomes> answer = bus.request(new RecordEvents(alice, events));
        // Handled after the events, so they have been accepted by then.
        await(bus.request(new UpsertWorkflow(alice, "nightly", null, null)));
        await(vertx.undeploy(deployment));

        assertThat(await(answer).outcomes())
                .hasSize(300)
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED);
    }

    @Test
    void registersAWorkflowOnceAndRenamesIt() {
        UpsertWorkflow.Saved first = await(bus.request(new UpsertWorkflow(alice, "nightly", null, null)));
        UpsertWorkflow.Saved second = await(bus.request(new UpsertWorkflow(alice, "nightly", "Nightly backup", null)));

        assertThat(first.workflow().name()).isEqualTo("nightly");
        assertThat(second.workflow().id()).isEqualTo(first.workflow().id());
        assertThat(second.workflow().name()).isEqualTo("Nightly backup");
    }

    /** Deploys the verticle again with another database URL and short timeouts. */
    private void redeploy(Vertx vertx, String url) {
        await(vertx.undeploy(deployment));
        databaseConfig = Configs.database(url, Duration.ofSeconds(2), Duration.ofSeconds(1));
        deployment = await(vertx.deployVerticle(new RecordingVerticle(
                bus, databaseConfig, CONFIG, Clock.systemUTC(), new SimpleMeterRegistry(), Optional::empty)));
    }

    private Outcome record(RecordingEvent event) {
        return record(List.of(event)).get(0);
    }

    private List<Outcome> record(List<RecordingEvent> events) {
        return recordAs(alice, events);
    }

    private List<Outcome> recordAs(Viewer viewer, List<RecordingEvent> events) {
        return await(bus.request(new RecordEvents(viewer, events))).outcomes();
    }

    private static Started start(@Nullable UUID id) {
        return new Started(
                id,
                null,
                WorkflowRef.ofKey("nightly"),
                null,
                "test",
                1,
                null,
                Map.of("env", "test"),
                "{\"n\":1}",
                null);
    }

    private static Started startedWith(String payload) {
        return new Started(null, null, WorkflowRef.ofKey("nightly"), null, null, null, null, Map.of(), payload, null);
    }

    private static Started startedBy(String trigger) {
        return new Started(null, null, WorkflowRef.ofKey("nightly"), null, trigger, null, null, Map.of(), null, null);
    }

    private static Finished finish(UUID id, ExecutionStatus status) {
        return new Finished(id, null, null, status, null, null, null);
    }

    private static Completed sameId(Completed event) {
        return new Completed(
                event.start(),
                finish(event.start().executionId(), event.finish().status()));
    }

    /** Steps with valid indices; some repeat if there are more than {@code stepsMax}. */
    private static List<StepEvent> steps(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> step(i % CONFIG.stepsMax(), StepStatus.RUNNING, "step"))
                .toList();
    }

    private static StepEvent step(int index, StepStatus status, String name) {
        return new StepEvent(index, name, null, status, null, null, null, null, null);
    }

    private TestDatabase database;

    @BeforeEach
    void setDatabase(TestDatabase database) {
        this.database = database;
    }

    @AfterEach
    void listsExactlyTheUnsuccessfulExecutions() throws SQLException {
        assertThat(database.get("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                .isEqualTo("0");
    }

    private String listed(UUID id) throws SQLException {
        return database.get("SELECT string_agg(status::text, ' ') FROM unsuccessful WHERE id = '" + id + "'");
    }

    private String stored(UUID id, String column) throws SQLException {
        return database.get("SELECT " + column + " FROM execution e WHERE id = '" + id + "'");
    }

    private String daily(String columns) {
        String sums = "sum(" + columns.replace(", ", "), sum(") + ")";
        try {
            return database.get("SELECT row(" + sums + ") FROM execution_daily d JOIN owner o ON o.id = d.owner_id "
                    + "WHERE o.subject = '" + alice.subject() + "'");
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    private static ErrorCode codeOf(Throwable failure) {
        assertThat(failure).isInstanceOf(RunlogException.class);
        return ((RunlogException) failure).code();
    }
}
