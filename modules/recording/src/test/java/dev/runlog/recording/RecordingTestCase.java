package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.read.ExecutionReads;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Deploys recording on a test database, records events as Alice and reads what is stored for her. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
abstract class RecordingTestCase {
    static final RecordingConfig CONFIG = Configs.with(10_000, 10_000, 1000);

    final Viewer alice = new Viewer("alice-" + Ids.next(), Set.of(Scope.WRITE));
    final List<ExecutionsChanged.Change> announced = new CopyOnWriteArrayList<>();
    TestDatabase database;
    DatabaseConfig databaseConfig;
    Bus bus;
    String deployment;
    private Vertx vertx;
    private @Nullable ExecutionReads reads;

    @BeforeEach
    void deploy(Vertx opened, TestDatabase created) {
        vertx = opened;
        database = created;
        databaseConfig = Configs.database(database.url());
        bus = Bus.create(vertx, Duration.ofSeconds(20));
        deployRecording();
        bus.subscribe(ExecutionsChanged.class, event -> announced.addAll(event.changes()));
    }

    /** Deploys the verticle again with another database URL and short timeouts. */
    void redeploy(String url) {
        await(vertx.undeploy(deployment));
        databaseConfig = Configs.database(url, Duration.ofSeconds(2), Duration.ofSeconds(1));
        deployRecording();
    }

    private void deployRecording() {
        deployment = await(vertx.deployVerticle(new RecordingVerticle(
                bus, databaseConfig, CONFIG, Clock.systemUTC(), new SimpleMeterRegistry(), Optional::empty)));
    }

    @AfterEach
    void listsExactlyTheUnsuccessfulExecutions() throws SQLException {
        assertThat(database.count("SELECT count(*) FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike"))
                .isZero();
    }

    Outcome record(RecordingEvent event) {
        return record(List.of(event)).get(0);
    }

    List<Outcome> record(List<RecordingEvent> events) {
        return recordAs(alice, events);
    }

    List<Outcome> recordAs(Viewer viewer, List<RecordingEvent> events) {
        return await(bus.request(new RecordEvents(viewer, events))).outcomes();
    }

    /** A start of the workflow {@code nightly} that sets everything an engine usually does. */
    static RunStarted start(@Nullable UUID id) {
        return starting()
                .executionId(id)
                .trigger("test")
                .attempt(1)
                .labels(Map.of("env", "test"))
                .payload("{\"n\":1}")
                .build();
    }

    /** A start of the workflow {@code nightly} that sets nothing else. */
    static RunStarted.Builder starting() {
        return RunStarted.builder(WorkflowRef.ofKey("nightly"));
    }

    static RunFinished finish(UUID id, ExecutionStatus status) {
        return RunFinished.builder(id, status).build();
    }

    static Completed completed(UUID id, ExecutionStatus status) {
        return new Completed(start(id), finish(id, status));
    }

    static ErrorCode codeOf(Throwable failure) {
        assertThat(failure).isInstanceOf(RunlogException.class);
        return ((RunlogException) failure).code();
    }

    Execution execution(UUID id) {
        return await(reads().load(alice.subject(), List.of(id), Set.of())).get(0);
    }

    ExecutionDetail detail(UUID id) {
        return await(reads().loadDetails(alice.subject(), List.of(id), EnumSet.allOf(ExecutionPart.class)))
                .get(0);
    }

    /** The steps of an execution, by index. */
    List<Step> steps(UUID id) {
        return await(reads().listSteps(
                                alice.subject(),
                                List.of(id),
                                PageRequest.first(100),
                                EnumSet.allOf(StepPart.class),
                                false))
                .get(id)
                .steps();
    }

    /** Alice's executions by status, as the rollups count them. Statuses without any are left out. */
    Map<ExecutionStatus, Long> counts() throws SQLException {
        Map<ExecutionStatus, Long> counts = new EnumMap<>(ExecutionStatus.class);
        for (ExecutionStatus status : ExecutionStatus.values()) {
            long count = database.count("SELECT coalesce(sum(" + status.name().toLowerCase(Locale.ROOT)
                    + "), 0) FROM execution_rollup JOIN owner ON owner.id = owner_id WHERE subject = '"
                    + alice.subject() + "'");
            if (count != 0) {
                counts.put(status, count);
            }
        }
        return counts;
    }

    private ExecutionReads reads() {
        if (reads == null) {
            Database reading = Database.open(vertx, Configs.database(database.url()), new SimpleMeterRegistry());
            reads = new ExecutionReads(reading, Clock.systemUTC());
        }
        return reads;
    }
}
