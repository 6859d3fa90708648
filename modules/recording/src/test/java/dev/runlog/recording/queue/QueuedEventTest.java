package dev.runlog.recording.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.event.Alterations;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class QueuedEventTest {
    private static final long KEPT_CHARS = 20 << 20;
    private static final long GARBAGE = 100_000;

    @Test
    void estimatesItsMemory() {
        assertEstimate(() -> new ValidEvent.Beat(byId(), null));
        assertEstimate(() -> new ValidEvent.Beat(byExternalId(), WorkflowRef.ofKey(word(0))));
        assertEstimate(() -> start(0, ""));
        assertEstimate(() -> start(30, ""));
        assertEstimate(() -> start(3, "x".repeat(10_000)));
        assertEstimate(QueuedEventTest::finish);
        assertEstimate(() -> new ValidEvent.Complete(start(3, word(1)), finish()));
        assertEstimate(() -> steps(500));
    }

    /** Steps with nothing but names. */
    static ValidEvent.Steps steps(int steps) {
        UUID id = Ids.next();
        return new ValidEvent.Steps(
                Target.of(id, null),
                null,
                IntStream.range(0, steps)
                        .mapToObj(i ->
                                Step.builder(id, i, word(i), StepStatus.RUNNING).build())
                        .toList());
    }

    /** Checks that the estimate is neither too low, which would overfill the queue, nor much too high. */
    private static void assertEstimate(Supplier<ValidEvent> events) {
        Submission submission = new Submission("caller", 1);
        List<QueuedEvent> kept = new ArrayList<>();
        long chars = 0;
        long before = bytesUsed();
        while (chars < KEPT_CHARS) {
            QueuedEvent event = new QueuedEvent("alice", events.get(), submission, 0);
            kept.add(event);
            chars += event.chars();
        }
        long bytes = bytesUsed() - before;

        assertThat(chars).as("chars of %s", kept.get(0).event().getClass()).isBetween(bytes * 9 / 10, bytes * 3);
    }

    /** The memory in use once a collection frees no more: other tests of this process leave garbage behind. */
    private static long bytesUsed() {
        long before;
        long used = Long.MAX_VALUE;
        do {
            before = used;
            System.gc();
            used = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        } while (used < before - GARBAGE);
        return used;
    }

    private static ValidEvent.Start start(int labels, String payload) {
        Map<String, String> words = new HashMap<>();
        for (int i = 0; i < labels; i++) {
            words.put(word(i), word(i));
        }
        return new ValidEvent.Start(
                byId(),
                WorkflowRef.ofKey(word(0)),
                false,
                Instant.now(),
                Instant.now(),
                word(0),
                1,
                byExternalId(),
                byExternalId(),
                Map.copyOf(words),
                payload,
                Alterations.NONE,
                Duration.ofMinutes(1));
    }

    private static ValidEvent.Finish finish() {
        return new ValidEvent.Finish(
                byExternalId(),
                WorkflowRef.ofKey(word(0)),
                ExecutionStatus.FAILED,
                Instant.now(),
                Instant.now(),
                byExternalId(),
                byExternalId(),
                word(1),
                word(2),
                word(3),
                word(4),
                word(5),
                word(6),
                Alterations.NONE,
                List.of());
    }

    private static Target byId() {
        return Target.of(Ids.next(), null);
    }

    private static Target byExternalId() {
        return Target.of(new ExternalId(word(7), word(8)), Ids.next(), null);
    }

    private static String word(int number) {
        return "word " + number;
    }
}
