package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.ExecutionRef;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.UpsertWorkflow;
import dev.runlog.testing.Relay;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Round trips to the database, its outages, floods, and the stop. */
final class RecordingFailureTest extends RecordingTestCase {
    @Test
    void writesASingleStartInOneRoundTrip(Vertx vertx) {
        Relay relay = Relay.to(vertx, database.url());
        redeploy(relay.url());
        // A connection prepares each statement once.
        IntStream.range(0, 8).forEach(i -> record(start(Ids.next())));

        Future<Void> committed = relay.holdResponsesUntil("COMMIT");
        Outcome started = record(start(Ids.next()));

        assertThat(committed.succeeded()).isTrue();
        assertThat(started.verdict()).isEqualTo(Verdict.RECORDED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesTheStartOfAQueuedRunOnce(boolean external, Vertx vertx) {
        Relay relay = Relay.to(vertx, database.url());
        redeploy(relay.url());
        RunStarted start = start(null).toBuilder()
                .execution(
                        external
                                ? ExecutionRef.of(new ExternalId(null, "run"))
                                : ExecutionRef.of(Ids.at(Instant.now().minusSeconds(9))))
                .build();
        record(new RecordingEvent.Queued(start)).orThrow();
        // A connection prepares each statement once.
        IntStream.range(0, 8).forEach(i -> record(start(Ids.next())));

        Execution started = record(start).orThrow();

        assertThat(started.status()).isEqualTo(ExecutionStatus.RUNNING);
        // After a failed attempt, the next ones would look executions up first.
        Future<Void> committed = relay.holdResponsesUntil("COMMIT");
        record(start(Ids.next())).orThrow();
        assertThat(committed.succeeded()).isTrue();
    }

    @Test
    void repliesOverloadedWhileTheDatabaseIsUnavailable() throws SQLException {
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
    void recognizesDuplicatesAfterALostCommitReply(Vertx vertx) throws SQLException {
        UUID id = Ids.next();
        record(start(null));
        record(start(id));
        Relay relay = Relay.to(vertx, database.url());
        redeploy(relay.url());
        // Loads the workflow, which commits too.
        record(start(null));
        List<RecordingEvent> events =
                List.of(finish(id, ExecutionStatus.FAILED), completed(Ids.next(), ExecutionStatus.SUCCESS));

        relay.cutAfter("COMMIT");
        Throwable lost = awaitFailure(bus.request(new RecordEvents(alice, events)));

        assertThat(codeOf(lost)).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(record(events)).extracting(Outcome::verdict).containsOnly(Verdict.DUPLICATE);
        assertThat(counts())
                .isEqualTo(
                        Map.of(ExecutionStatus.RUNNING, 2L, ExecutionStatus.SUCCESS, 1L, ExecutionStatus.FAILED, 1L));
    }

    @Test
    void repliesOverloadedWhileTheDatabaseIsSilentAndRecoversAutomatically(Vertx vertx) {
        Relay relay = Relay.to(vertx, database.url());
        redeploy(relay.url());
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
        List<String> answered = new CopyOnWriteArrayList<>();
        List<Future<?>> flood = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            flood.add(bus.request(new RecordEvents(alice, starts(90))).onComplete(done -> answered.add("alice")));
        }

        await(bus.request(new RecordEvents(bob, starts(1))).onComplete(done -> answered.add("bob")));
        await(Future.join(flood));

        assertThat(flood).allMatch(Future::succeeded);
        assertThat(answered).last().isEqualTo("alice");
    }

    @Test
    void repliesToAcceptedEventsBeforeItStops(Vertx vertx) {
        Future<RecordEvents.Outcomes> answer = bus.request(new RecordEvents(alice, starts(300)));
        // Handled after the events, so they have been accepted by then.
        await(bus.request(new UpsertWorkflow(alice, "nightly", null, null)));
        await(vertx.undeploy(deployment));

        assertThat(await(answer).outcomes())
                .hasSize(300)
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED);
    }

    private static List<RecordingEvent> starts(int count) {
        return IntStream.range(0, count)
                .<RecordingEvent>mapToObj(i -> start(null))
                .toList();
    }
}
