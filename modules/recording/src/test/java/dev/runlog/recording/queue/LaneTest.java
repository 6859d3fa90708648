package dev.runlog.recording.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LaneTest {
    private final List<List<QueuedEvent>> written = new ArrayList<>();
    private Promise<Void> commit = Promise.promise();
    private Promise<Void> lingered = Promise.promise();
    private final Lane lane = new Lane(
            batch -> {
                written.add(batch);
                commit = Promise.promise();
                return commit.future();
            },
            event -> true,
            () -> {
                lingered = Promise.promise();
                return lingered.future();
            },
            10,
            1_000_000);

    @Test
    void writesASingleEventImmediately() {
        add(1);

        assertThat(written).hasSize(1);
    }

    @Test
    void pausesOnlyAfterAWriteAndUntilABatchIsFull() {
        add(1);
        add(2);
        commit.complete();
        assertThat(written).as("during the pause").hasSize(1);

        add(8);

        assertThat(written).as("full batch").hasSize(2);
        assertThat(written.get(1)).hasSize(10);
    }

    @Test
    void writesAPartialBatchAfterThePause() {
        add(1);
        add(2);
        commit.complete();

        lingered.complete();

        assertThat(written).hasSize(2);
        assertThat(written.get(1)).hasSize(2);
    }

    @Test
    void writesASingleEventImmediatelyAfterABatchFilledDuringThePause() {
        add(1);
        add(2);
        commit.complete();
        add(8);
        commit.complete();

        add(1);

        assertThat(written).hasSize(3);
    }

    @Test
    void pausesAgainAfterABatchFilledDuringThePause() {
        add(1);
        add(2);
        commit.complete();
        Promise<Void> before = lingered;
        add(9);
        commit.complete();

        before.complete();
        assertThat(written).as("during the pause").hasSize(2);
        lingered.complete();

        assertThat(written).hasSize(3);
        assertThat(written.get(2)).hasSize(1);
    }

    @Test
    void drainsWithoutAPause() {
        add(1);
        add(2);
        commit.complete();

        Future<Void> drained = lane.drain();
        commit.complete();

        assertThat(written).hasSize(2);
        assertThat(drained.succeeded()).isTrue();
    }

    private void add(int events) {
        IntStream.range(0, events).forEach(i -> lane.add(FairQueueTest.event("alice", i, 1)));
        lane.flush();
    }
}
