package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.recording.batch.HeartbeatSweep;
import dev.runlog.storage.write.RecordingStore;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** When silent executions become {@code CRASHED}. */
final class HeartbeatTest extends RecordingTestCase {
    @Test
    void marksMissedHeartbeatsAsCrashedUntilTheFinishArrives(Vertx vertx) throws SQLException {
        UUID id = Ids.next();
        record(beating(id, Duration.ofSeconds(10)));
        RecordingStore store = RecordingStore.open(vertx, databaseConfig, 1);
        Clock later = Clock.fixed(Instant.now().plusSeconds(11), ZoneOffset.UTC);

        int crashed = await(new HeartbeatSweep(bus, store, later, Duration.ZERO, Duration.ZERO).runOnce());

        assertThat(crashed).isEqualTo(1);
        assertThat(record(new Heartbeat(ExecutionRef.of(id), null, null)).code())
                .isEqualTo(ErrorCode.CONFLICT);
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.CRASHED, 1L));
        assertThat(listedFailure(id)).contains(ExecutionStatus.CRASHED);
        assertThat(record(finish(id, ExecutionStatus.SUCCESS)).orThrow().status())
                .isEqualTo(ExecutionStatus.SUCCESS);
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.SUCCESS, 1L));
        assertThat(listedFailure(id)).isEmpty();
        await(store.close());
    }

    @Test
    void marksExecutionsWithoutHeartbeatsAsCrashedAfterTheMaximumRunTime(Vertx vertx) throws SQLException {
        UUID old = Ids.at(Instant.now().minus(Duration.ofDays(3)));
        UUID young = Ids.at(Instant.now().minus(Duration.ofHours(1)));
        record(List.of(start(old), start(young)));
        RecordingStore store = RecordingStore.open(vertx, databaseConfig, 1);

        int off = await(new HeartbeatSweep(bus, store, Clock.systemUTC(), Duration.ZERO, Duration.ZERO).runOnce());
        await(new HeartbeatSweep(bus, store, Clock.systemUTC(), Duration.ofDays(1), Duration.ZERO).runOnce());

        assertThat(off).isZero();
        Execution crashed = execution(old);
        assertThat(crashed.status()).isEqualTo(ExecutionStatus.CRASHED);
        assertThat(crashed.errorType()).isEqualTo("RunTimeout");
        assertThat(crashed.duration()).isEqualTo(Duration.ofDays(1));
        assertThat(execution(young).status()).isEqualTo(ExecutionStatus.RUNNING);
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.RUNNING, 1L, ExecutionStatus.CRASHED, 1L));
        assertThat(announced)
                .last()
                .extracting(change -> change.execution().id())
                .isEqualTo(old);
        await(store.close());
    }

    @Test
    void extendsTheDeadlineOnAHeartbeat() {
        UUID id = Ids.next();
        Execution started = record(beating(id, Duration.ofMinutes(1))).execution();

        Execution beaten =
                record(new Heartbeat(ExecutionRef.of(id), null, null)).execution();

        assertThat(beaten.heartbeatDeadline()).isAfterOrEqualTo(started.heartbeatDeadline());
    }

    private static RunStarted beating(UUID id, Duration timeout) {
        return starting().executionId(id).heartbeatTimeout(timeout).build();
    }

    /** The status of an execution in the list of failures; empty if it is not there. */
    private Optional<ExecutionStatus> listedFailure(UUID id) throws SQLException {
        return database.list("SELECT status FROM unsuccessful WHERE id = '" + id + "'").stream()
                .map(number -> ExecutionStatus.ofNumber(Integer.parseInt(number)))
                .findFirst();
    }
}
