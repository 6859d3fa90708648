package dev.runlog.recording.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FairQueueTest {
    private final FairQueue queue = new FairQueue();

    @Test
    void delaysNoOtherOwnerDuringAFlood() {
        flood("flood", 10_000);
        flood("alice", 3);
        flood("bob", 40);

        Map<String, Long> batch = owners(take(100));

        assertThat(batch).containsEntry("alice", 3L).containsEntry("bob", 33L).containsEntry("flood", 64L);
    }

    @Test
    void takesAllEventsInOrder() {
        flood("flood", 500);
        flood("alice", 90);
        flood("bob", 200);

        List<QueuedEvent> taken = IntStream.range(0, 100)
                .mapToObj(batch -> take(37))
                .flatMap(List::stream)
                .toList();

        assertThat(owners(taken)).isEqualTo(Map.of("flood", 500L, "alice", 90L, "bob", 200L));
        assertThat(taken.stream().filter(event -> event.owner().equals("alice")).map(QueuedEvent::index))
                .isSorted();
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.chars()).isZero();
        assertThat(queue.eventsOf("flood")).isZero();
    }

    @Test
    void limitsTheCharactersOfABatchAndATurn() {
        IntStream.range(0, 20).forEach(i -> queue.add(event("large", i, 200_000)));
        flood("alice", 1);

        Map<String, Long> batch = owners(queue.take(100, 1_000_000, event -> true));

        assertThat(batch).isEqualTo(Map.of("large", 5L, "alice", 1L));
        assertThat(queue.charsOf("large"))
                .isEqualTo(15 * event("large", 0, 200_000).chars());
    }

    @Test
    void dropsEventsThatAreNoLongerAwaited() {
        flood("gone", 1000);
        flood("alice", 2);

        List<QueuedEvent> batch =
                queue.take(100, 1_000_000, event -> !event.owner().equals("gone"));

        assertThat(owners(batch)).isEqualTo(Map.of("alice", 2L));
        assertThat(queue.events()).isZero();
    }

    private List<QueuedEvent> take(int eventsMax) {
        return queue.take(eventsMax, 1_000_000, event -> true);
    }

    private void flood(String owner, int events) {
        IntStream.range(0, events).forEach(i -> queue.add(event(owner, i, 10)));
    }

    static QueuedEvent event(String owner, int index, int chars) {
        UUID id = Ids.next();
        Step step = Step.builder(id, 0, "step", StepStatus.RUNNING)
                .input("x".repeat(chars))
                .build();
        ValidEvent event = new ValidEvent.Steps(Target.of(id, null), null, List.of(step));
        return new QueuedEvent(owner, event, new Submission("caller", index + 1), index);
    }

    private static Map<String, Long> owners(List<QueuedEvent> events) {
        return events.stream().collect(Collectors.groupingBy(QueuedEvent::owner, Collectors.counting()));
    }
}
