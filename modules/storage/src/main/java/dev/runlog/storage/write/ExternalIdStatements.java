package dev.runlog.storage.write;

import dev.runlog.storage.sql.Statement;
import dev.runlog.storage.sql.UuidOrder;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The statements on the map of external IDs and on links between executions. */
final class ExternalIdStatements {
    /**
     * Looks up external IDs and registers unknown ones. If another server registers one at the same time, waits for its
     * commit and returns what it registered. LIMIT makes PostgreSQL read the primary key once per ID, even with a plan
     * from a time when the table was empty.
     */
    private static final String RESOLVE = """
            WITH asked AS MATERIALIZED (
              SELECT a.owner_id, a.hash, a.new_id, a.reserve, known.execution_id, known.reserved
              FROM unnest($1::integer[], $2::uuid[], $3::uuid[], $4::boolean[]) AS a (owner_id, hash, new_id, reserve)
              LEFT JOIN LATERAL (
                SELECT m.execution_id, m.reserved
                FROM external_execution m
                WHERE m.owner_id = a.owner_id AND m.hash = a.hash
                LIMIT 1) known ON true),
            added AS (
              INSERT INTO external_execution AS known (owner_id, hash, execution_id, reserved)
              SELECT owner_id, hash, new_id, reserve
              FROM asked
              WHERE execution_id IS NULL AND new_id IS NOT NULL
              ORDER BY owner_id, hash
              ON CONFLICT (owner_id, hash) DO UPDATE
              SET execution_id = known.execution_id
              RETURNING owner_id, hash, execution_id, reserved)
            SELECT owner_id, hash, execution_id, reserved,
                   CASE WHEN reserved THEN has_day_partitions(execution_id) ELSE true END AS has_day
            FROM (SELECT owner_id, hash, execution_id, reserved FROM asked WHERE execution_id IS NOT NULL
                  UNION ALL
                  SELECT owner_id, hash, execution_id, reserved FROM added) found
            """;

    private static final String INSERT = """
            INSERT INTO external_execution (owner_id, hash, execution_id)
            SELECT owner_id, hash, new_id
            FROM unnest($1::integer[], $2::uuid[], $3::uuid[]) AS new (owner_id, hash, new_id)
            """;

    private static final String REPLACE = """
            UPDATE external_execution known
            SET execution_id = new.new_id, reserved = false
            FROM unnest($1::integer[], $2::uuid[], $3::uuid[], $4::uuid[]) AS new (owner_id, hash, old_id, new_id)
            WHERE known.owner_id = new.owner_id AND known.hash = new.hash AND known.execution_id = new.old_id
            """;

    private static final String CLEAR_RESERVED = """
            UPDATE external_execution known
            SET reserved = false
            FROM unnest($1::integer[], $2::uuid[]) AS new (owner_id, hash)
            WHERE known.owner_id = new.owner_id AND known.hash = new.hash AND known.reserved
            """;

    /** All writers lock rows of the map in this order. */
    private static final Comparator<ExternalKey> BY_KEY =
            Comparator.comparingInt(ExternalKey::ownerId).thenComparing(ExternalKey::hash, UuidOrder.BY_BYTES);

    private ExternalIdStatements() {}

    static Statement resolve(Collection<ExternalLookup> lookups) {
        List<ExternalLookup> sorted = sorted(lookups, ExternalLookup::key);
        return new Statement(
                RESOLVE,
                keys(sorted, ExternalLookup::key)
                        .addValue(array(sorted, UUID[]::new, ExternalLookup::newId))
                        .addValue(array(sorted, Boolean[]::new, ExternalLookup::reserve)));
    }

    static Statement insert(Collection<ExternalLookup> lookups) {
        List<ExternalLookup> sorted = sorted(lookups, ExternalLookup::key);
        return new Statement(
                INSERT, keys(sorted, ExternalLookup::key).addValue(array(sorted, UUID[]::new, ExternalLookup::newId)));
    }

    static StoredExternalId toStored(Row row) {
        return new StoredExternalId(
                new ExternalKey(row.getInteger(0), row.getUUID(1)),
                row.getUUID(2),
                row.getBoolean(3),
                row.getBoolean(4));
    }

    /** @param newIds in the order of the external IDs, which are sorted by {@link #sorted} */
    static Statement replace(List<StoredExternalId> sorted, List<UUID> newIds) {
        return new Statement(
                REPLACE,
                keys(sorted, StoredExternalId::key)
                        .addValue(array(sorted, UUID[]::new, StoredExternalId::executionId))
                        .addValue(newIds.toArray(UUID[]::new)));
    }

    static Statement clearReserved(Collection<ExternalKey> keys) {
        return new Statement(CLEAR_RESERVED, keys(sorted(keys, Function.identity()), Function.identity()));
    }

    static <T> List<T> sorted(Collection<T> values, Function<T, ExternalKey> key) {
        return values.stream().sorted(Comparator.comparing(key, BY_KEY)).toList();
    }

    private static <T> Tuple keys(List<T> sorted, Function<T, ExternalKey> key) {
        return Tuple.tuple()
                .addValue(
                        array(sorted, Integer[]::new, value -> key.apply(value).ownerId()))
                .addValue(array(sorted, UUID[]::new, value -> key.apply(value).hash()));
    }

    private static <T, V> V[] array(List<T> values, IntFunction<V[]> array, Function<T, @Nullable V> part) {
        return Column.array(values, array, part);
    }
}
