package dev.runlog.recording.queue;

import dev.runlog.contract.error.RunlogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Decides whether a request's events fit into the queues, which have a total limit and a limit per owner. */
public final class Admission {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final Duration RETRY_AFTER_REFUSAL = Duration.ofSeconds(10);

    private final int eventsMax;
    private final long charsMax;
    private final double ownerShare;
    private final Supplier<Optional<String>> refusal;

    /**
     * @param refusal the reason why recording is refused at the moment, such as a full disk; empty if it is open
     */
    public Admission(int eventsMax, long charsMax, double ownerShare, Supplier<Optional<String>> refusal) {
        this.eventsMax = eventsMax;
        this.charsMax = charsMax;
        this.ownerShare = ownerShare;
        this.refusal = refusal;
    }

    /** The reason why recording is refused at the moment. */
    public Optional<String> refusal() {
        return refusal.get();
    }

    /** Fails with {@code OVERLOADED} while recording is refused. */
    public void requireOpen() {
        refusal().ifPresent(reason -> {
            throw RunlogException.overloaded(reason, RETRY_AFTER_REFUSAL);
        });
    }

    /**
     * Fails with {@code OVERLOADED} if there is no room. An owner with waiting events may use at most a share of the
     * remaining room. The share shrinks as the queues fill up, so floods never fill them completely and new owners find
     * room. A request larger than the limits is accepted if the queues are empty.
     */
    public void require(List<QueuedEvent> events, List<FairQueue> queues) {
        long waiting = 0;
        long chars = 0;
        for (FairQueue queue : queues) {
            waiting += queue.events();
            chars += queue.chars();
        }
        if (waiting == 0) {
            return;
        }
        Map<String, Load> loads = loads(events);
        long more = 0;
        for (Load load : loads.values()) {
            more += load.chars;
        }
        if (waiting + events.size() > eventsMax || chars + more > charsMax) {
            throw RunlogException.overloaded("Too many events are waiting to be recorded.", RETRY_AFTER);
        }
        for (Map.Entry<String, Load> entry : loads.entrySet()) {
            requireShare(entry.getKey(), entry.getValue(), queues, eventsMax - waiting, charsMax - chars);
        }
    }

    private void requireShare(String owner, Load load, List<FairQueue> queues, long eventsLeft, long charsLeft) {
        long held = 0;
        long heldChars = 0;
        for (FairQueue queue : queues) {
            held += queue.eventsOf(owner);
            heldChars += queue.charsOf(owner);
        }
        if (held > 0
                && (held + load.events > ownerShare * eventsLeft || heldChars + load.chars > ownerShare * charsLeft)) {
            throw RunlogException.overloaded("This owner has too many events waiting to be recorded.", RETRY_AFTER);
        }
    }

    private static Map<String, Load> loads(List<QueuedEvent> events) {
        Map<String, Load> loads = new HashMap<>();
        for (QueuedEvent queued : events) {
            Load load = loads.computeIfAbsent(queued.owner(), owner -> new Load());
            load.events++;
            load.chars += queued.chars();
        }
        return loads;
    }

    private static final class Load {
        int events;
        long chars;
    }
}
