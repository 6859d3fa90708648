package dev.runlog.recording.batch;

import dev.runlog.contract.model.Ids;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.ExecutionRow;
import dev.runlog.storage.write.ExternalKey;
import dev.runlog.storage.write.ExternalLookup;
import dev.runlog.storage.write.RecordingTransaction;
import dev.runlog.storage.write.StoredExecution;
import dev.runlog.storage.write.StoredExternalId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The external IDs of a batch and, once they are resolved, the IDs of their executions. */
final class ExternalIds {
    private final WorkflowDirectory workflows;
    /** The key of each target of the batch with an external ID, by identity; none if the owner is unknown. */
    private final IdentityHashMap<Target, ExternalKey> keys = new IdentityHashMap<>();

    private final Map<ExternalKey, ExternalLookup> lookups = new HashMap<>();
    /** Those that are registered without a lookup. */
    private final Set<ExternalKey> assumedNew = new HashSet<>();

    private final Map<ExternalKey, UUID> ids = new HashMap<>();
    /** IDs that this transaction assigned: no other one has an event or a link for them. */
    private final Set<UUID> assigned = new HashSet<>();
    /** Existing IDs, some of which other executions already link to. */
    private final Map<UUID, StoredExternalId> existing = new HashMap<>();

    /**
     * @param mayCreate whether an event may create its execution
     * @param workflows knows the owners that have workflows
     * @param assumeNew whether the execution of an event is registered without a lookup
     */
    ExternalIds(
            List<QueuedEvent> batch,
            Predicate<QueuedEvent> mayCreate,
            WorkflowDirectory workflows,
            Predicate<ValidEvent> assumeNew) {
        this.workflows = workflows;
        Map<ExternalKey, ValidEvent> creators = new HashMap<>();
        for (QueuedEvent queued : batch) {
            if (queued.event().hasExternalIds()) {
                boolean creates = mayCreate.test(queued);
                addOwn(queued, creates, creators);
                addNamed(queued.owner(), queued.event().parent(), creates);
                addNamed(queued.owner(), queued.event().retryOf(), creates);
            }
        }
        creators.forEach((key, event) -> {
            if (assumeNew.test(event)) {
                assumedNew.add(key);
            }
        });
    }

    private void addOwn(QueuedEvent queued, boolean mayCreate, Map<ExternalKey, ValidEvent> creators) {
        Target target = queued.event().target();
        ExternalKey key = addKey(queued.owner(), target);
        if (key == null) {
            return;
        }
        ValidEvent creator = creators.get(key);
        if (mayCreate && (creator == null || knowsStartBetter(queued.event(), creator))) {
            creators.put(key, queued.event());
            lookups.put(key, new ExternalLookup(key, target.id(), false));
        } else {
            lookups.putIfAbsent(key, new ExternalLookup(key, null, true));
        }
    }

    /** A start event has the exact time. Otherwise the earliest event is the best estimate. */
    private static boolean knowsStartBetter(ValidEvent event, ValidEvent known) {
        boolean isStart = isStart(event);
        return isStart == isStart(known)
                ? Ids.timeOf(event.target().id())
                        .isBefore(Ids.timeOf(known.target().id()))
                : isStart;
    }

    static boolean isStart(ValidEvent event) {
        return event instanceof ValidEvent.Start || event instanceof ValidEvent.Complete;
    }

    /** Reserves an ID, unless an event in the batch creates the execution. */
    private void addNamed(String owner, @Nullable Target named, boolean reserve) {
        ExternalKey key = named == null ? null : addKey(owner, named);
        if (named != null && key != null) {
            UUID newId = reserve && named.refusal() == null ? named.id() : null;
            lookups.merge(
                    key, new ExternalLookup(key, newId, true), (known, added) -> known.newId() == null ? added : known);
        }
    }

    /** Looks up the external IDs, and registers those that are new. Sends nothing without any. */
    Future<ExternalIds> resolve(RecordingTransaction transaction) {
        List<ExternalLookup> unknown = new ArrayList<>();
        List<ExternalLookup> asked = new ArrayList<>();
        lookups.forEach((key, lookup) -> {
            UUID newId = lookup.newId();
            if (newId != null && assumedNew.contains(key)) {
                unknown.add(lookup);
                ids.put(key, newId);
                assigned.add(newId);
            } else {
                asked.add(lookup);
            }
        });
        transaction.insertExternalIds(unknown);
        return asked.isEmpty()
                ? Future.succeededFuture(this)
                : transaction.resolve(asked).map(found -> {
                    found.forEach(this::put);
                    return this;
                });
    }

    private void put(ExternalKey key, StoredExternalId stored) {
        UUID id = stored.executionId();
        ids.put(key, id);
        if (id.equals(newId(key))) {
            assigned.add(id);
        } else {
            existing.put(id, stored);
        }
    }

    private @Nullable UUID newId(ExternalKey key) {
        ExternalLookup lookup = lookups.get(key);
        return lookup == null ? null : lookup.newId();
    }

    /** Assigns new IDs to external IDs with events in the batch whose executions are gone. */
    Future<Void> replaceDeleted(RecordingTransaction transaction, Map<UUID, StoredExecution> locked) {
        Map<StoredExternalId, UUID> newIds = new HashMap<>();
        for (StoredExternalId stored : existing.values()) {
            ExternalLookup lookup = lookups.get(stored.key());
            if (lookup != null
                    && lookup.newId() != null
                    && !lookup.reserve()
                    && !locked.containsKey(stored.executionId())
                    && !(stored.reserved() && stored.hasDay())) {
                newIds.put(stored, lookup.newId());
            }
        }
        if (newIds.isEmpty()) {
            return Future.succeededFuture();
        }
        newIds.forEach((stored, id) -> {
            ids.put(stored.key(), id);
            existing.remove(stored.executionId());
            assigned.add(id);
        });
        return transaction.replace(newIds);
    }

    /** The ID of an execution; null if its external ID is unknown. */
    @Nullable
    UUID idOf(Target target) {
        if (target.hash() == null) {
            return target.id();
        }
        ExternalKey key = keys.get(target);
        return key == null ? null : ids.get(key);
    }

    /** Whether no other transaction can have named the ID yet. */
    boolean isAssigned(UUID id) {
        return assigned.contains(id);
    }

    /** The external IDs of new executions that others had named before. */
    Collection<ExternalKey> reservedOf(Collection<ExecutionRow> inserts) {
        List<ExternalKey> keys = new ArrayList<>();
        if (!existing.isEmpty()) {
            for (ExecutionRow row : inserts) {
                StoredExternalId stored = existing.get(row.stored().head().id());
                if (stored != null && stored.reserved()) {
                    keys.add(stored.key());
                }
            }
        }
        return keys;
    }

    /** Null without an external ID, or if the owner is unknown and so has none. */
    private @Nullable ExternalKey addKey(String owner, Target target) {
        UUID hash = target.hash();
        Integer ownerId = hash == null ? null : workflows.ownerId(owner);
        if (hash == null || ownerId == null) {
            return null;
        }
        ExternalKey key = new ExternalKey(ownerId, hash);
        keys.put(target, key);
        return key;
    }
}
