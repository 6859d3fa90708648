package dev.runlog.recording.batch;

import dev.runlog.contract.model.Ids;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.ExecutionLink;
import dev.runlog.storage.write.Link;
import dev.runlog.storage.write.RecordingTransaction;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Which stored executions must be known to find out whether the links of a kind in a batch close a cycle. */
final class Ancestry {
    /** Bounds the work for one batch. A cycle through more executions is not noticed. */
    private static final int LINKS_MAX = 10_000;

    /** Nearly all executions start within a day of their parent. */
    private static final Duration MARGIN = Duration.ofDays(1);

    private final Link link;
    private final Set<UUID> named = new HashSet<>();
    private final Set<String> owners = new HashSet<>();

    /**
     * Nothing that is stored can lead to a new ID, and a new execution has no links except those in the batch.
     *
     * @param newIds executions that the batch creates
     */
    Ancestry(Link link, List<QueuedEvent> batch, ExternalIds ids, Set<UUID> newIds) {
        this.link = link;
        boolean mayClose = false;
        for (QueuedEvent queued : batch) {
            ValidEvent event = queued.event();
            Target target = link == Link.PARENT ? event.parent() : event.retryOf();
            if (target == null) {
                continue;
            }
            UUID namedId = ids.idOf(target);
            UUID id = ids.idOf(event.target());
            if (namedId == null || id == null) {
                continue;
            }
            mayClose |= !event.target().isGenerated() && !ids.isAssigned(id);
            if (!newIds.contains(namedId) && !ids.isAssigned(namedId)) {
                named.add(namedId);
                owners.add(queued.owner());
            }
        }
        if (!mayClose) {
            named.clear();
        }
    }

    /** The stored links from the executions that the batch names; sends nothing if no cycle can be closed. */
    Future<Map<UUID, ExecutionLink>> read(RecordingTransaction transaction) {
        if (named.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        transaction.lockLinks(link, owners);
        return read(transaction, named, new HashMap<>());
    }

    private Future<Map<UUID, ExecutionLink>> read(
            RecordingTransaction transaction, Collection<UUID> ids, Map<UUID, ExecutionLink> known) {
        Instant from = time(ids, Comparator.naturalOrder()).minus(MARGIN);
        Instant to = time(ids, Comparator.reverseOrder()).plus(MARGIN);
        return transaction
                .links(link, ids, Ids.lowerBound(from), Ids.lowerBound(to), LINKS_MAX)
                .compose(found -> {
                    Set<UUID> beyond = new HashSet<>();
                    for (ExecutionLink next : found.values()) {
                        Instant time = Ids.timeOf(next.to());
                        if (time.isBefore(from) || !time.isBefore(to)) {
                            beyond.add(next.to());
                        }
                    }
                    known.putAll(found);
                    beyond.removeAll(known.keySet());
                    return beyond.isEmpty() || known.size() >= LINKS_MAX
                            ? Future.succeededFuture(known)
                            : read(transaction, beyond, known);
                });
    }

    private static Instant time(Collection<UUID> ids, Comparator<Instant> order) {
        return ids.stream().map(Ids::timeOf).min(order).orElseThrow();
    }
}
