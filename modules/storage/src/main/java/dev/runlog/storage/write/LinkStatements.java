package dev.runlog.storage.write;

import dev.runlog.storage.sql.Statement;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.UUID;

/** The statements for links between executions. */
final class LinkStatements {
    /** Batches that set links of the same owner check for cycles one after the other. */
    private static final String LOCK = """
            SELECT pg_advisory_xact_lock(hashtext('runlog.' || $2::text), owner)
            FROM (SELECT DISTINCT hashtext(subject) AS owner FROM unnest($1::text[]) AS subjects (subject) ORDER BY 1) o
            """;

    private static final String FOLLOW_PARENTS = follow(Link.PARENT);
    private static final String FOLLOW_RETRIES = follow(Link.RETRY);

    private static final String ADD_RETRIES = """
            INSERT INTO execution_retry (retry_of, owner_id, retry_id)
            SELECT retry_of, owner_id, retry_id
            FROM unnest($1::uuid[], $2::integer[], $3::uuid[]) AS new (retry_of, owner_id, retry_id)
            ORDER BY retry_of, owner_id, retry_id
            ON CONFLICT DO NOTHING
            """;

    private static final String REMOVE_RETRIES = """
            DELETE FROM execution_retry r
            USING unnest($1::uuid[], $2::integer[], $3::uuid[]) AS old (retry_of, owner_id, retry_id)
            WHERE r.retry_of = old.retry_of AND r.owner_id = old.owner_id AND r.retry_id = old.retry_id
            """;

    private LinkStatements() {}

    static Statement lock(Link link, Collection<String> owners) {
        return new Statement(
                LOCK, Tuple.of((Object) owners.toArray(String[]::new)).addValue(link.column()));
    }

    /** Returns the links of executions, those of the executions that they lead to, and so on, within a range of IDs. */
    static Statement follow(Link link, Collection<UUID> ids, UUID from, UUID to, int max) {
        return new Statement(
                link == Link.PARENT ? FOLLOW_PARENTS : FOLLOW_RETRIES,
                Tuple.of(ids.toArray(UUID[]::new), max, from, to));
    }

    static Statement addRetries(Collection<ExecutionLink> retries) {
        return new Statement(ADD_RETRIES, columns(retries));
    }

    static Statement removeRetries(Collection<ExecutionLink> retries) {
        return new Statement(REMOVE_RETRIES, columns(retries));
    }

    private static Tuple columns(Collection<ExecutionLink> retries) {
        return Tuple.of(
                retries.stream().map(ExecutionLink::to).toArray(UUID[]::new),
                retries.stream().map(ExecutionLink::ownerId).toArray(Integer[]::new),
                retries.stream().map(ExecutionLink::id).toArray(UUID[]::new));
    }

    /**
     * Follows links as long as they lead to executions between $3 and $4: PostgreSQL opens every partition in between.
     * The inner LIMIT makes it read one partition per execution. UNION ends the recursion in a cycle.
     */
    private static String follow(Link link) {
        return """
                WITH RECURSIVE link (id, target, owner_id) AS (
                  SELECT e.id, e.target, e.owner_id
                  FROM unnest($1::uuid[]) AS asked (id)
                  CROSS JOIN LATERAL (
                    SELECT x.id, x.%1$s AS target, x.owner_id
                    FROM execution x
                    WHERE x.id = asked.id AND x.id BETWEEN $3 AND $4 AND x.%1$s IS NOT NULL
                    LIMIT 1) e
                  UNION
                  SELECT e.id, e.target, e.owner_id
                  FROM link l
                  CROSS JOIN LATERAL (
                    SELECT x.id, x.%1$s AS target, x.owner_id
                    FROM execution x
                    WHERE x.id = l.target AND x.id BETWEEN $3 AND $4 AND x.%1$s IS NOT NULL
                    LIMIT 1) e)
                SELECT id, target, owner_id
                FROM link
                LIMIT $2
                """.formatted(link.column());
    }
}
