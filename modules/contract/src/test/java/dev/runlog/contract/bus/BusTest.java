package dev.runlog.contract.bus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.querying.CheckHealth;
import dev.runlog.contract.recording.CheckRecording;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.WorkflowDeleted;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BusTest {
    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = Bus.create(vertx, Duration.ofSeconds(5));

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void passesTheReplyByReference() {
        CheckHealth.Healthy reply = new CheckHealth.Healthy("18.6");
        bus.handle(CheckHealth.class, request -> Future.succeededFuture(reply));

        assertThat(bus.request(new CheckHealth()).await()).isSameAs(reply);
    }

    @Test
    void passesRequestsOfALoopToItsOwnHandler() {
        for (int loop = 0; loop < 3; loop++) {
            CheckHealth.Healthy reply = new CheckHealth.Healthy("of loop " + loop);
            bus.onLoop(loop).handle(CheckHealth.class, request -> Future.succeededFuture(reply));
        }

        for (int round = 0; round < 2; round++) {
            assertThat(bus.onLoop(2).request(new CheckHealth()).await().postgresVersion())
                    .isEqualTo("of loop 2");
            assertThat(bus.onLoop(1)
                            .within(Allowance.UNLIMITED)
                            .request(new CheckHealth())
                            .await()
                            .postgresVersion())
                    .isEqualTo("of loop 1");
            assertThat(bus.request(new CheckHealth()).await().postgresVersion()).isEqualTo("of loop 0");
        }
    }

    @Test
    void passesOtherRequestsToTheOnlyHandler() {
        bus.handle(CheckRecording.class, request -> Future.succeededFuture(new CheckRecording.State(null)));

        assertThat(bus.onLoop(1).request(new CheckRecording()).await().refusal())
                .isNull();
    }

    @Test
    void passesAFailureWithItsCodeAndRetryHint() {
        bus.handle(
                CheckHealth.class,
                request -> Future.failedFuture(RunlogException.overloaded("Full.", Duration.ofSeconds(3))));

        RunlogException failure = failureOf(bus.request(new CheckHealth()));

        assertThat(failure.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void showsOnlyTheIncidentOfAnUnexpectedFailure() {
        bus.handle(CheckHealth.class, request -> {
            throw new IllegalStateException("password=hunter2");
        });

        RunlogException failure = failureOf(bus.request(new CheckHealth()));

        assertThat(failure.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(failure.getMessage())
                .contains(String.valueOf(failure.incident()))
                .doesNotContain("hunter2");
    }

    @Test
    void failsWithOverloadedWithoutAHandler() {
        assertThat(failureOf(bus.request(new CheckHealth())).code()).isEqualTo(ErrorCode.OVERLOADED);
    }

    @Test
    void releasesTheRequestBeforeItsReply() {
        Promise<RecordEvents.Outcomes> reply = Promise.promise();
        AtomicReference<WeakReference<RecordEvents>> received = new AtomicReference<>();
        bus.handle(RecordEvents.class, request -> {
            received.set(new WeakReference<>(request));
            return reply.future();
        });

        Future<RecordEvents.Outcomes> answer =
                bus.request(new RecordEvents(new Viewer("alice", Set.of(Scope.WRITE)), List.of()));

        awaitThat(() -> received.get() != null);
        awaitThat(() -> {
            System.gc();
            return received.get().refersTo(null);
        });
        reply.complete(new RecordEvents.Outcomes(List.of()));
        assertThat(answer.await().outcomes()).isEmpty();
    }

    @Test
    void decodesWhatItEncoded() {
        RecordEvents message = new RecordEvents(
                new Viewer("alice", Set.of(Scope.WRITE)),
                List.of(
                        RunStarted.builder(WorkflowRef.ofKey("backup").named("Backup"))
                                .executionId(Ids.next())
                                .startedAt(Instant.parse("2026-11-24T12:00:00.123Z"))
                                .trigger("cron")
                                .attempt(2)
                                .labels(Map.of("env", "prod"))
                                .payload("{\"a\": 1.0}")
                                .heartbeatTimeout(Duration.ofSeconds(30))
                                .build(),
                        new RecordingEvent.Heartbeat(ExecutionRef.of(Ids.next()), "bob", null)));

        assertThat(decoded(message)).isEqualTo(message);
    }

    @Test
    void decodesAnnouncementsOfRetention() {
        Workflow workflow = new Workflow(Ids.next(), "alice", "backup", "Backup", Instant.EPOCH);
        CleanupCriteria criteria = CleanupCriteria.ofWorkflow(workflow, Instant.parse("2026-11-24T12:00:00Z"));
        CleanupProgressed progressed = new CleanupProgressed(Cleanup.hypothetical(criteria, null));
        WorkflowDeleted deleted = new WorkflowDeleted(workflow.id(), "alice");

        assertThat(decoded(progressed)).isEqualTo(progressed);
        assertThat(decoded(deleted)).isEqualTo(deleted);
    }

    private static Message decoded(Message message) {
        MessageJsonCodec codec = new MessageJsonCodec();
        Buffer wire = Buffer.buffer("before");
        codec.encodeToWire(wire, message);
        return codec.decodeFromWire(6, wire);
    }

    @Test
    void decodesAFailure() {
        UUID incident = Ids.next();
        FailureCodec codec = new FailureCodec();
        Buffer wire = Buffer.buffer();

        codec.encodeToWire(wire, RunlogException.internal(incident));

        RunlogException read = codec.decodeFromWire(0, wire);
        assertThat(read.code()).isEqualTo(ErrorCode.INTERNAL);
        assertThat(read.incident()).isEqualTo(incident);
    }

    private static void awaitThat(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(20);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("condition met in time").isBefore(deadline);
            Thread.onSpinWait();
        }
    }

    private static RunlogException failureOf(Future<?> future) {
        Throwable failure =
                future.map((Throwable) null).otherwise(thrown -> thrown).await();
        assertThat(failure).isInstanceOf(RunlogException.class);
        return (RunlogException) failure;
    }
}
