package dev.runlog.recording.batch;

import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.ParentLink;
import dev.runlog.storage.write.RecordingTransaction;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Which stored executions must be known to find out whether the parents in a batch close a cycle. */
final class Ancestry {
    /** Bounds the work for one batch. A cycle through more executions is not noticed. */
    static final int LINKS_MAX = 10_000;

    private final Set<UUID> parents = new HashSet<>();
    private final Set<String> owners = new HashSet<>();

    /**
     * A new ID cannot be the ancestor of anything that is stored, and a new parent has no ancestors of its own but those
     * in the batch.
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
        return transaction.ancestors(parents, owners, LINKS_MAX);
    }
}
