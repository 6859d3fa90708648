package dev.runlog.recording.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.RunlogException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AdmissionTest {
    private static final int QUEUE_MAX = 1000;

    private final FairQueue one = new FairQueue();
    private final FairQueue other = new FairQueue();
    private final Admission admission = new Admission(QUEUE_MAX, 1_000_000, 1.0, Optional::empty);

    @Test
    void leavesRoomForNewOwnersDuringManyFloods() {
        for (int flood = 1; flood <= 4; flood++) {
            fill("flood-" + flood);
        }

        assertThat(one.events() + other.events()).isLessThan(QUEUE_MAX);
        assertThatCode(() -> require("alice", 50)).doesNotThrowAnyException();
    }

    @Test
    void givesASingleFloodHalfOfTheRoom() {
        fill("flood");

        assertThat(one.eventsOf("flood") + other.eventsOf("flood")).isEqualTo(QUEUE_MAX / 2);
    }

    @Test
    void refusesMoreThanTheLimitUnlessTheQueuesAreEmpty() {
        assertThatCode(() -> require("alice", QUEUE_MAX * 2)).doesNotThrowAnyException();
        one.add(FairQueueTest.event("bob", 0, 1));

        assertThatThrownBy(() -> require("alice", QUEUE_MAX)).isInstanceOf(RunlogException.class);
        assertThatCode(() -> require("alice", QUEUE_MAX - 1)).doesNotThrowAnyException();
    }

    @Test
    void limitsCharacters() {
        one.add(FairQueueTest.event("flood", 0, 400_000));

        assertThatThrownBy(() -> admission.require(List.of(FairQueueTest.event("flood", 0, 300_000)), queues()))
                .isInstanceOf(RunlogException.class);
        assertThatCode(() -> admission.require(List.of(FairQueueTest.event("alice", 0, 300_000)), queues()))
                .doesNotThrowAnyException();
    }

    @Test
    void countsTheMemoryOfEmptySteps() {
        one.add(steps("flood", 2000));

        assertThatThrownBy(() -> admission.require(List.of(steps("flood", 2000)), queues()))
                .isInstanceOf(RunlogException.class);
        assertThatCode(() -> admission.require(List.of(steps("alice", 2000)), queues()))
                .doesNotThrowAnyException();
    }

    private static QueuedEvent steps(String owner, int steps) {
        return new QueuedEvent(owner, QueuedEventTest.steps(steps), new Submission("caller", 1), 0);
    }

    /** Adds single events until one is refused. */
    private void fill(String owner) {
        for (int i = 0; i < QUEUE_MAX * 2; i++) {
            QueuedEvent event = FairQueueTest.event(owner, 0, 1);
            try {
                admission.require(List.of(event), queues());
            } catch (RunlogException full) {
                return;
            }
            (i % 2 == 0 ? one : other).add(event);
        }
    }

    private void require(String owner, int events) {
        admission.require(
                IntStream.range(0, events)
                        .mapToObj(i -> FairQueueTest.event(owner, i, 1))
                        .toList(),
                queues());
    }

    private List<FairQueue> queues() {
        return List.of(one, other);
    }
}
