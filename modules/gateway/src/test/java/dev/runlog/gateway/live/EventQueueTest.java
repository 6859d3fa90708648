package dev.runlog.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.gateway.live.LiveEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class EventQueueTest {
    private static final Cursors CURSORS =
            new Cursors(new Cursors.Epoch(), new Watch(Watch.Type.CHANGES, "alice", null, ExecutionQuery.all()));

    private final UUID one = Ids.next();
    private final UUID two = Ids.next();
    private final UUID three = Ids.next();

    @Test
    void keepsEverythingWithinItsBound() {
        EventQueue queue = new EventQueue(3);
        queue.add(event(Kind.ENTERED, one, 1), true);
        queue.add(event(Kind.UPDATED, one, 2), true);
        queue.add(event(Kind.LEFT, one, 3), true);

        assertThat(drain(queue)).containsExactly("ENTERED 1", "UPDATED 2", "LEFT 3");
    }

    @Test
    void coalescesEachExecutionToWhatItsSubscriberNeedsToKnow() {
        EventQueue queue = new EventQueue(4);
        queue.add(event(Kind.ENTERED, one, 1), true);
        queue.add(event(Kind.UPDATED, two, 2), true);
        queue.add(event(Kind.ENTERED, three, 3), true);
        queue.add(event(Kind.UPDATED, one, 4), true);

        // Three came and went unseen; two left; one is new and as it is now.
        assertThat(queue.add(event(Kind.LEFT, three, 5), true)).isTrue();
        assertThat(queue.add(event(Kind.LEFT, two, 6), true)).isTrue();

        assertThat(drain(queue)).containsExactly("ENTERED 4", "LEFT 6");
    }

    @Test
    void saysThatItIsFullWhereCoalescingDoesNotHelp() {
        EventQueue queue = new EventQueue(2);
        queue.add(event(Kind.ENTERED, one, 1), true);
        queue.add(event(Kind.ENTERED, two, 2), true);

        assertThat(queue.add(event(Kind.ENTERED, three, 3), true)).isFalse();
    }

    private static List<String> drain(EventQueue queue) {
        List<String> events = new ArrayList<>();
        for (LiveEvent event = queue.poll(); event != null; event = queue.poll()) {
            events.add(event.kind() + " " + event.number());
        }
        return events;
    }

    private static LiveEvent event(Kind kind, UUID id, long number) {
        return LiveEvent.of(kind, CURSORS, number, execution(id));
    }

    private static Execution execution(UUID id) {
        return Execution.running(id, Ids.next(), "alice").build();
    }
}
