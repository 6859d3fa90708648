package dev.runlog.storage.known;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Workflow;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.WorkflowRows;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Caches workflows by ID, as of the last announced change. A workflow that does not exist is not cached, because it may
 * be registered at any moment. Used on all event loops.
 */
public final class KnownWorkflows {
    private static final String LOAD = WorkflowRows.SELECT + "WHERE w.id = ANY ($1)\nORDER BY w.id";

    private final Cache<UUID, Workflow> workflows;
    /** Number of announced changes. A load that began before the last one is not cached. Guarded by this. */
    private long changes;

    /**
     * @param max maximum number of cached workflows
     * @param life how long a workflow is cached; other servers without a cluster see a change after this time
     */
    public KnownWorkflows(int max, Duration life) {
        this.workflows =
                Caffeine.newBuilder().maximumSize(max).expireAfterWrite(life).build();
    }

    /**
     * Returns the workflows that belong to the owners. Deleted ones are missing.
     *
     * @param reader the subject that is charged for the database's time
     */
    public Future<List<Workflow>> load(Database database, String reader, Owners owners, Collection<UUID> ids) {
        return get(database, reader, ids)
                .map(found -> owners.isAll()
                        ? found
                        : found.stream()
                                .filter(workflow -> workflow.owner().equals(owners.subject()))
                                .toList());
    }

    /** Returns those of the workflows that belong to an owner. */
    public Future<Set<UUID>> owned(Database database, Owner owner, Set<UUID> ids) {
        if (ids.isEmpty()) {
            return Future.succeededFuture(ids);
        }
        return get(database, owner.subject(), ids).map(found -> found.stream()
                .filter(workflow -> workflow.owner().equals(owner.subject()))
                .map(Workflow::id)
                .collect(Collectors.toUnmodifiableSet()));
    }

    private Future<List<Workflow>> get(Database database, String reader, Collection<UUID> ids) {
        List<Workflow> found = new ArrayList<>(ids.size());
        List<UUID> missing = new ArrayList<>();
        for (UUID id : ids) {
            Workflow known = workflows.getIfPresent(id);
            if (known == null) {
                missing.add(id);
            } else {
                found.add(known);
            }
        }
        if (missing.isEmpty()) {
            return Future.succeededFuture(found);
        }
        return read(database, reader, missing).map(read -> {
            found.addAll(read);
            return found;
        });
    }

    private Future<List<Workflow>> read(Database database, String reader, List<UUID> ids) {
        long before = changes();
        return database.queryShort(reader, "load-workflows", LOAD, Tuple.of((Object) ids.toArray(UUID[]::new)))
                .map(rows -> Rows.toList(rows, WorkflowRows::toWorkflow))
                .onSuccess(read -> cache(read, before));
    }

    private synchronized long changes() {
        return changes;
    }

    private synchronized void cache(List<Workflow> read, long before) {
        if (changes == before) {
            read.forEach(workflow -> workflows.put(workflow.id(), workflow));
        }
    }

    /** Removes changed or deleted workflows. */
    public synchronized void forget(Collection<UUID> ids) {
        changes++;
        workflows.invalidateAll(ids);
    }
}
