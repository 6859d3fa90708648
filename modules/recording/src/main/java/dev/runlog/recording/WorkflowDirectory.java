package dev.runlog.recording;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.storage.RecordingStore;
import dev.runlog.storage.StoredWorkflow;
import dev.runlog.storage.WorkflowKey;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The workflows that events name, kept as long as they are asked for: a workflow never goes away or changes its owner. */
final class WorkflowDirectory {
    private static final int KEPT_MAX = 100_000;

    private final RecordingStore store;
    private final Cache<WorkflowKey, StoredWorkflow> byKey =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    private final Cache<UUID, StoredWorkflow> byId =
            Caffeine.newBuilder().maximumSize(KEPT_MAX).build();

    WorkflowDirectory(RecordingStore store) {
        this.store = store;
    }

    /** Sees to it that {@link #find} knows all that the events name; unknown keys are registered. */
    Future<Void> prepare(Collection<QueuedEvent> events) {
        Set<WorkflowKey> keys = new HashSet<>();
        Set<UUID> ids = new HashSet<>();
        for (QueuedEvent queued : events) {
            WorkflowRef reference = queued.event().workflow();
            if (reference == null || find(queued.owner(), reference) != null) {
                continue;
            }
            if (reference.key() != null) {
                keys.add(new WorkflowKey(queued.owner(), reference.key()));
            } else if (reference.id() != null) {
                ids.add(reference.id());
            }
        }
        Future<Void> registered = keys.isEmpty()
                ? Future.succeededFuture()
                : store.registerWorkflows(keys).map(this::keep);
        return ids.isEmpty()
                ? registered
                : registered.compose(done -> store.findWorkflows(ids)).map(this::keep);
    }

    /** An owner's workflow; null where it is unknown or another's. */
    @Nullable
    StoredWorkflow find(String owner, WorkflowRef reference) {
        StoredWorkflow workflow = reference.key() != null
                ? byKey.getIfPresent(new WorkflowKey(owner, reference.key()))
                : reference.id() != null ? byId.getIfPresent(reference.id()) : null;
        return workflow != null && workflow.workflow().owner().equals(owner) ? workflow : null;
    }

    private @Nullable Void keep(Collection<StoredWorkflow> workflows) {
        for (StoredWorkflow workflow : workflows) {
            byKey.put(
                    new WorkflowKey(
                            workflow.workflow().owner(), workflow.workflow().key()),
                    workflow);
            byId.put(workflow.workflow().id(), workflow);
        }
        return null;
    }
}
