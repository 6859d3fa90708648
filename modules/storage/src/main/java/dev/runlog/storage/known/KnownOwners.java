package dev.runlog.storage.known;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.runlog.storage.db.Database;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;

/** Caches the numbers of owners, which never change. Used on all event loops. */
public final class KnownOwners {
    private static final String FIND = "SELECT id FROM owner WHERE subject = $1";

    private final Cache<String, Owner> owners;

    /**
     * @param max maximum number of cached owners
     */
    public KnownOwners(int max) {
        this.owners = Caffeine.newBuilder().maximumSize(max).build();
    }

    /** Returns the owner with a subject. An unknown one is looked up again next time. */
    public Future<Owner> get(Database database, String subject) {
        Owner known = owners.getIfPresent(subject);
        if (known != null) {
            return Future.succeededFuture(known);
        }
        return database.queryShort(subject, "find-owner", FIND, Tuple.of(subject))
                .map(rows -> {
                    if (rows.size() == 0) {
                        return new Owner(subject, Owner.UNKNOWN);
                    }
                    Owner found = new Owner(subject, rows.iterator().next().getInteger(0));
                    owners.put(subject, found);
                    return found;
                });
    }
}
