package dev.runlog.recording.batch;

import dev.runlog.contract.model.Ids;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.ParentLink;
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

/** The stored executions that must be known to find out whether the parents in a batch close a cycle. */
final class Ancestry {
    /** Bounds the work for one batch. A cycle through more executions is not noticed. */
    private static final int LINKS_MAX = 10_000;

    /** Nearly all executions start within a day of their parent. */
    private static final Duration MARGIN = Duration.ofDays(1);

    private final Set<UUID> parents = new HashSet<>();
    private final Set<String> owners = new HashSet<>();

    /**
     * A new ID cannot be the ancestor of anything that is stored, and all ancestors of a new parent are in the batch.
     *
     * @param newIds executions that the batch creates
     */
    Ancestry(List<QueuedEvent> batch, ExternalIds ids, Set<UUID> newIds) {
        boolean mayClose = false;
        for (QueuedEvent queued : batch) {
            ValidEvent event = queued.event();
            Target parent = event.parent();
            if (parent == null) {
                continue;
            }
            UUID parentId = ids.idOf(queued.owner(), parent);
            UUID id = ids.idOf(queued.owner(), event.target());
            if (parentId == null || id == null) {
                continue;
            }
            mayClose |= !event.target().isGenerated() && !ids.isAssigned(id);
            if (!newIds.contains(parentId) && !ids.isAssigned(parentId)) {
                parents.add(parentId);
                owners.add(queued.owner());
            }
        }
        if (!mayClose) {
            parents.clear();
        }
    }

    /** The links from the parents in the batch upwards; sends nothing if no cycle can be closed. */
    Future<Map<UUID, ParentLink>> read(RecordingTransaction transaction) {
        if (parents.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        transaction.lockParents(owners);
        return read(transaction, parents, new HashMap<>());
    }

    private static Future<Map<UUID, ParentLink>> read(
            RecordingTransaction transaction, Collection<UUID> ids, Map<UUID, ParentLink> known) {
        Instant from = time(ids, Comparator.naturalOrder()).minus(MARGIN);
        Instant to = time(ids, Comparator.reverseOrder()).plus(MARGIN);
        return transaction
                .ancestors(ids, Ids.lowerBound(from), Ids.lowerBound(to), LINKS_MAX)
                .compose(found -> {
                    Set<UUID> beyond = new HashSet<>();
                    for (ParentLink link : found.values()) {
                        Instant time = Ids.timeOf(link.parentId());
                        if (time.isBefore(from) || !time.isBefore(to)) {
                            beyond.add(link.parentId());
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
