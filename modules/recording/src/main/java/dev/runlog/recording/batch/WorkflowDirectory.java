package dev.runlog.recording.batch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.recording.WorkflowsChanged;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.RecordingStore;
import dev.runlog.storage.write.StoredWorkflow;
import dev.runlog.storage.write.WorkflowKey;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Caches the workflows that events name. Workflows never change their owner. A deleted one may stay in the cache of a
 * server that missed the announcement: recording into it makes it visible again.
 */
public final class WorkflowDirectory {
    private static final int CACHED_MAX = 100_000;
    private static final Duration FULL_OWNER_TTL = Duration.ofMinutes(1);

    private final Bus bus;
    private final RecordingStore store;
    private final int workflowsMax;
    private final HourlyQuota hourly;
    private final Cache<WorkflowKey, StoredWorkflow> byKey =
            Caffeine.newBuilder().maximumSize(CACHED_MAX).build();
    private final Cache<UUID, StoredWorkflow> byId =
            Caffeine.newBuilder().maximumSize(CACHED_MAX).build();
    /** The IDs of owners in the database, by subject. They never change. */
    private final Cache<String, Integer> ownerIds =
            Caffeine.newBuilder().maximumSize(CACHED_MAX).build();
    /** The last events that named workflows: events of different executions overtake each other in their lanes. */
    private final Cache<UUID, EventPosition> namedBy =
            Caffeine.newBuilder().maximumSize(CACHED_MAX).build();

    private Future<?> renaming = Future.succeededFuture();
    /** Owners that have reached their maximum number of workflows. Expires, because deletions make room. */
    private final Cache<String, Boolean> fullOwners = Caffeine.newBuilder()
            .maximumSize(CACHED_MAX)
            .expireAfterWrite(FULL_OWNER_TTL)
            .build();

    /**
     * @param workflowsMax maximum number of workflows of an owner
     * @param perHour maximum number of registrations by a caller in an hour, for itself and for other owners
     */
    public WorkflowDirectory(Bus bus, RecordingStore store, int workflowsMax, int perHour) {
        this.bus = bus;
        this.store = store;
        this.workflowsMax = workflowsMax;
        this.hourly = new HourlyQuota("workflows", "recording.workflows-per-hour-max", perHour);
    }

    /**
     * Returns the workflows that the events name. Registers unknown keys and updates display names; loads the owners of
     * external IDs for {@link #ownerId}.
     */
    Future<NamedWorkflows> prepare(Collection<QueuedEvent> events) {
        return load(events)
                .compose(refused ->
                        loadOwners(events).compose(done -> rename(events)).map(done -> new NamedWorkflows(refused)))
                // A deletion may have removed workflows from the cache meanwhile.
                .compose(named -> addFound(events, named) ? Future.succeededFuture(named) : prepare(events));
    }

    /** Adds the workflows in the cache. Returns whether all known keys are there. */
    private boolean addFound(Collection<QueuedEvent> events, NamedWorkflows named) {
        boolean complete = true;
        for (QueuedEvent queued : events) {
            WorkflowRef reference = queued.event().workflow();
            StoredWorkflow found = reference == null ? null : find(queued.owner(), reference);
            if (found != null) {
                named.add(found);
            } else if (reference != null && reference.key() != null) {
                complete &= named.refused().containsKey(new WorkflowKey(queued.owner(), reference.key()));
            }
        }
        return complete;
    }

    /** Loads all workflows into the cache, and registers unknown keys. Returns the refused ones with the reasons. */
    private Future<Map<WorkflowKey, RunlogException>> load(Collection<QueuedEvent> events) {
        Map<WorkflowKey, String> callers = new HashMap<>();
        Set<UUID> ids = new HashSet<>();
        for (QueuedEvent queued : events) {
            WorkflowRef reference = queued.event().workflow();
            if (reference == null || find(queued.owner(), reference) != null) {
                continue;
            }
            if (reference.key() != null) {
                callers.putIfAbsent(
                        new WorkflowKey(queued.owner(), reference.key()),
                        queued.submission().caller());
            } else if (reference.id() != null) {
                ids.add(reference.id());
            }
        }
        Future<Map<WorkflowKey, RunlogException>> registered =
                callers.isEmpty() ? Future.succeededFuture(Map.of()) : register(callers);
        return ids.isEmpty()
                ? registered
                : registered.compose(
                        refused -> store.findWorkflows(ids).map(this::cache).map(refused));
    }

    private Future<Void> loadOwners(Collection<QueuedEvent> events) {
        Set<String> missing = new HashSet<>();
        for (QueuedEvent queued : events) {
            if (queued.event().hasExternalIds() && ownerId(queued.owner()) == null) {
                missing.add(queued.owner());
            }
        }
        return missing.isEmpty()
                ? Future.succeededFuture()
                : store.findOwners(missing).map(found -> {
                    ownerIds.putAll(found);
                    return null;
                });
    }

    /** The ID of an owner in the database; null if it is unknown. */
    @Nullable
    Integer ownerId(String subject) {
        return ownerIds.getIfPresent(subject);
    }

    /** Writes the display names that differ from the cached ones, one batch after the other. */
    private Future<?> rename(Collection<QueuedEvent> events) {
        List<QueuedEvent> naming =
                events.stream().filter(WorkflowDirectory::namesWorkflow).toList();
        if (naming.isEmpty()) {
            return Future.succeededFuture();
        }
        renaming = renaming.otherwiseEmpty().compose(done -> {
            Map<UUID, StoredWorkflow> renamed = renamed(naming);
            return renamed.isEmpty()
                    ? Future.succeededFuture()
                    : store.renameWorkflows(renamed.values()).map(written -> {
                        bus.publish(new WorkflowsChanged(List.copyOf(renamed.keySet())));
                        return cache(renamed.values());
                    });
        });
        return renaming;
    }

    private static boolean namesWorkflow(QueuedEvent queued) {
        WorkflowRef reference = queued.event().workflow();
        return reference != null && reference.name() != null;
    }

    private Map<UUID, StoredWorkflow> renamed(List<QueuedEvent> naming) {
        Map<UUID, StoredWorkflow> named = new HashMap<>();
        for (QueuedEvent queued : naming) {
            WorkflowRef reference = Objects.requireNonNull(queued.event().workflow());
            StoredWorkflow known = find(queued.owner(), reference);
            if (known != null && isLastToName(known, queued)) {
                named.put(known.workflow().id(), known.named(Objects.requireNonNull(reference.name())));
            }
        }
        named.values()
                .removeIf(workflow ->
                        workflow.equals(byId.getIfPresent(workflow.workflow().id())));
        return named;
    }

    private boolean isLastToName(StoredWorkflow workflow, QueuedEvent queued) {
        EventPosition position = EventPosition.of(queued);
        return position.equals(namedBy.asMap()
                .merge(workflow.workflow().id(), position, (last, next) -> next.isBefore(last) ? last : next));
    }

    /** The position of an event among all that this server received. */
    private record EventPosition(long acceptedNanos, int index) {
        static EventPosition of(QueuedEvent queued) {
            return new EventPosition(queued.submission().acceptedNanos(), queued.index());
        }

        boolean isBefore(EventPosition other) {
            return acceptedNanos == other.acceptedNanos ? index < other.index : acceptedNanos - other.acceptedNanos < 0;
        }
    }

    /** Registers or renames a workflow for a caller. */
    public Future<StoredWorkflow> upsert(WorkflowKey key, @Nullable String name, String caller) {
        // It may be deleted by now.
        byKey.invalidate(key);
        return register(Map.of(key, caller))
                .compose(refused -> refused.containsKey(key)
                        ? Future.failedFuture(refused.get(key))
                        : store.renameWorkflow(key, name))
                .onSuccess(renamed -> {
                    cache(List.of(renamed));
                    bus.publish(new WorkflowsChanged(List.of(renamed.workflow().id())));
                });
    }

    /** Removes a deleted workflow of an owner from the cache. Events that name its key register it again. */
    public void forgetDeleted(String owner, UUID id) {
        forget(id);
        fullOwners.invalidate(owner);
    }

    /** Removes a workflow from the cache. It is looked up again for the next event that names it. */
    void forget(UUID id) {
        StoredWorkflow known = byId.getIfPresent(id);
        byId.invalidate(id);
        if (known != null) {
            byKey.invalidate(known.key());
        }
    }

    /** Finds workflows and registers missing ones within the limits of their callers and owners. */
    private Future<Map<WorkflowKey, RunlogException>> register(Map<WorkflowKey, String> callers) {
        return store.findWorkflowsByKey(callers.keySet()).map(this::cache).compose(found -> {
            Map<WorkflowKey, RunlogException> refused = new HashMap<>();
            Map<String, Long> left = new HashMap<>();
            Map<WorkflowKey, String> missing = new HashMap<>();
            callers.forEach((key, caller) -> {
                if (byKey.getIfPresent(key) != null) {
                    return;
                }
                if (fullOwners.getIfPresent(key.owner()) != null) {
                    refused.put(key, tooMany(key.owner()));
                } else if (left.merge(caller, hourly.left(caller) - 1, (before, first) -> before - 1) < 0) {
                    refused.put(key, hourly.refusal(caller));
                } else {
                    missing.put(key, caller);
                }
            });
            return missing.isEmpty()
                    ? Future.succeededFuture(refused)
                    : store.registerWorkflows(missing.keySet(), workflowsMax)
                            .map(this::cache)
                            .map(done -> {
                                missing.forEach((key, caller) -> {
                                    if (byKey.getIfPresent(key) == null) {
                                        fullOwners.put(key.owner(), true);
                                        refused.put(key, tooMany(key.owner()));
                                    } else {
                                        hourly.use(caller, 1);
                                    }
                                });
                                return refused;
                            });
        });
    }

    private RunlogException tooMany(String owner) {
        return RunlogException.badInput(
                "Too many workflows of '" + owner + "' (recording.workflows-max is " + workflowsMax + ").");
    }

    private @Nullable StoredWorkflow find(String owner, WorkflowRef reference) {
        StoredWorkflow workflow = reference.key() != null
                ? byKey.getIfPresent(new WorkflowKey(owner, reference.key()))
                : reference.id() != null ? byId.getIfPresent(reference.id()) : null;
        return workflow != null && workflow.workflow().owner().equals(owner) ? workflow : null;
    }

    private @Nullable Void cache(Collection<StoredWorkflow> workflows) {
        for (StoredWorkflow workflow : workflows) {
            byKey.put(workflow.key(), workflow);
            byId.put(workflow.workflow().id(), workflow);
            ownerIds.put(workflow.workflow().owner(), workflow.ownerId());
        }
        return null;
    }
}
