package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.db.Rows;
import dev.runlog.storage.db.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.UUID;

/**
 * The partitions that take the place of a day's with what stays of them. They are filled from one snapshot, while
 * triggers note what changes, and follow the changes until the moment of the swap.
 */
final class Successor {
    private static final int CATCH_UPS = 10;
    /** Fewer changes than that are left for the moment of the lock. */
    private static final int FEW_CHANGES = 1000;

    private final SqlConnection connection;
    private final LocalDate day;
    private final String suffix;

    Successor(SqlConnection connection, CleanupDay day) {
        this.connection = connection;
        this.day = day.day();
        this.suffix = day.suffix();
    }

    /** Makes the successors, and has changes noted from now on. */
    Future<Void> prepare() {
        return CleanupSession.transaction(connection, "BEGIN", () -> {
            Future<Void> prepared = run(PartitionSwap.PATIENCE);
            for (String parent : new String[] {"execution", "step"}) {
                String table = parent + "_" + suffix;
                String key = parent.equals("step") ? "execution_id" : "id";
                prepared = prepared.compose(
                                done -> run("CREATE TABLE " + table + "_next (LIKE " + parent + " INCLUDING ALL)"))
                        .compose(done -> run("ALTER TABLE " + table + "_next ADD CONSTRAINT within_the_day CHECK ("
                                + bounds(key + " >= '%s' AND " + key + " < '%s'") + ")"))
                        .compose(done -> run("CREATE TRIGGER runlog_change AFTER INSERT OR UPDATE OR DELETE ON " + table
                                + " FOR EACH ROW EXECUTE FUNCTION note_partition_change('" + parent + "', '" + suffix
                                + "')"));
            }
            return prepared;
        });
    }

    /** Copies what stays; in a transaction of one snapshot. */
    Future<Void> fill(Cleanup cleanup) {
        Sql sql = new Sql()
                .add("INSERT INTO execution_" + suffix + "_next\nSELECT e.*\nFROM execution_" + suffix + " e\nWHERE (");
        CleanupScope.addDoomed(sql, cleanup);
        sql.add(") IS NOT TRUE");
        return connection
                .preparedQuery(sql.text())
                .execute(sql.arguments())
                .compose(done -> run("INSERT INTO step_" + suffix + "_next\nSELECT s.*\nFROM step_" + suffix
                        + " s\nWHERE EXISTS (SELECT FROM execution_" + suffix
                        + "_next e WHERE e.id = s.execution_id)"));
    }

    /** Applies what changed since it was filled, until little is left; false where recording is faster. */
    Future<Boolean> catchUp(Cleanup cleanup) {
        return catchUp(cleanup, CATCH_UPS);
    }

    private Future<Boolean> catchUp(Cleanup cleanup, int roundsLeft) {
        return CleanupSession.transaction(
                        connection,
                        "BEGIN ISOLATION LEVEL REPEATABLE READ",
                        () -> takeChanges(cleanup, Integer.MAX_VALUE))
                .compose(changes -> changes <= FEW_CHANGES
                        ? Future.succeededFuture(true)
                        : roundsLeft == 0 ? Future.succeededFuture(false) : catchUp(cleanup, roundsLeft - 1));
    }

    /** Applies the changes that are noted; where there are too many, it only tells how many. */
    Future<Integer> takeChanges(Cleanup cleanup, int max) {
        return connection
                .preparedQuery("DELETE FROM partition_change WHERE suffix = $1 RETURNING execution_id")
                .execute(Tuple.of(suffix))
                .compose(rows -> {
                    UUID[] ids = Rows.toList(rows, row -> row.getUUID(0)).stream()
                            .distinct()
                            .toArray(UUID[]::new);
                    return ids.length == 0 || ids.length >= max
                            ? Future.succeededFuture(ids.length)
                            : apply(cleanup, ids).map(ids.length);
                });
    }

    private Future<Void> apply(Cleanup cleanup, UUID[] ids) {
        Sql sql = new Sql()
                .add("INSERT INTO execution_" + suffix + "_next\nSELECT e.*\nFROM execution_" + suffix
                        + " e\nWHERE e.id = ANY (")
                .bind(ids)
                .add(") AND (");
        CleanupScope.addDoomed(sql, cleanup);
        sql.add(") IS NOT TRUE");
        Tuple those = Tuple.of(ids);
        return connection
                .preparedQuery("DELETE FROM step_" + suffix + "_next WHERE execution_id = ANY ($1)")
                .execute(those)
                .compose(done -> connection
                        .preparedQuery("DELETE FROM execution_" + suffix + "_next WHERE id = ANY ($1)")
                        .execute(those))
                .compose(done -> connection.preparedQuery(sql.text()).execute(sql.arguments()))
                .compose(done -> connection
                        .preparedQuery("INSERT INTO step_" + suffix + "_next\nSELECT s.*\nFROM step_" + suffix
                                + " s\nWHERE s.execution_id = ANY ($1) AND EXISTS (SELECT FROM execution_" + suffix
                                + "_next e WHERE e.id = s.execution_id)")
                        .execute(those))
                .mapEmpty();
    }

    /** Whether something is spared by now that was to go when it was filled, as what is above it was held since. */
    Future<Boolean> lacksSpared(Cleanup cleanup) {
        return connection
                .preparedQuery("""
                        SELECT EXISTS (
                          SELECT FROM cleanup_spared s
                          JOIN execution_:day e ON e.id = s.execution_id
                          WHERE s.cleanup_id = $1 AND NOT EXISTS (SELECT FROM execution_:day_next n WHERE n.id = e.id))
                        """.replace(":day", suffix))
                .execute(Tuple.of(cleanup.id()))
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    Future<Boolean> isEmpty() {
        return connection
                .query("SELECT NOT EXISTS (SELECT FROM execution_" + suffix + "_next)")
                .execute()
                .map(rows -> rows.iterator().next().getBoolean(0));
    }

    /** Takes what goes out of the list of what did not end well. */
    Future<Void> unlist() {
        return run("DELETE FROM unsuccessful_execution u\nWHERE " + bounds("u.id >= '%s' AND u.id < '%s'")
                + "\n  AND NOT EXISTS (SELECT FROM execution_" + suffix + "_next e WHERE e.id = u.id)");
    }

    /** Out of sight; the files go in a transaction of their own, while others are at work again. */
    Future<Void> detachOld() {
        return run(detach(suffix) + "; DELETE FROM partition_change WHERE suffix = '" + suffix + "'");
    }

    /** Indexes keep their names: those of partitions that are made anew get other ones where they are taken. */
    static String detach(String suffix) {
        return """
                ALTER TABLE execution DETACH PARTITION execution_:day;
                ALTER TABLE step DETACH PARTITION step_:day;
                ALTER TABLE execution_:day RENAME TO execution_:day_gone;
                ALTER TABLE step_:day RENAME TO step_:day_gone""".replace(":day", suffix);
    }

    Future<Void> drop() {
        return run("DROP TABLE execution_" + suffix + "_next, step_" + suffix + "_next");
    }

    /** The bounds stand as a constraint already, so that attaching looks at no row. */
    Future<Void> attach() {
        Future<Void> attached = Future.succeededFuture();
        for (String parent : new String[] {"execution", "step"}) {
            String table = parent + "_" + suffix;
            attached = attached.compose(done -> run("ALTER TABLE " + table + "_next RENAME TO " + table))
                    .compose(done -> run("ALTER TABLE " + parent + " ATTACH PARTITION " + table + " FOR VALUES "
                            + bounds("FROM ('%s') TO ('%s')")))
                    .compose(done -> run("ALTER TABLE " + table + " DROP CONSTRAINT within_the_day"));
        }
        return attached;
    }

    private String bounds(String form) {
        return String.format(form, CleanupSession.firstId(day), CleanupSession.firstId(day.plusDays(1)));
    }

    private Future<Void> run(String sql) {
        return connection.query(sql).execute().mapEmpty();
    }
}
