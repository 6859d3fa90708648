package dev.runlog.bench.database;

import dev.runlog.bench.support.Progress;
import java.util.List;
import java.util.Map;

/**
 * What a user would build by hand: the executions of the data set in one table with a primary key and one index. The
 * foreign key is what PostGraphile needs to find the workflow of an execution.
 */
public final class PlainTable {
    public static final String SCHEMA = "plain";

    private static final String COMPLETE = "complete";

    private PlainTable() {}

    /** The fields of the page and its order, and no more. */
    public static SqlScript page() {
        return new SqlScript(List.of("""
                        SELECT id, status, started_at, finished_at, duration_millis
                        FROM %s.execution
                        WHERE workflow_id = %s
                        ORDER BY id DESC
                        LIMIT 20""".formatted(SCHEMA, SqlScript.WORKFLOW_ID)), Map.of());
    }

    /** Creates it unless a kept database has it already. */
    public static void create(Postgres database) {
        if (database.get("SELECT max(obj_description(oid)) FROM pg_namespace WHERE nspname = '" + SCHEMA + "'")
                .equals(COMPLETE)) {
            return;
        }
        Progress.say("creating the plain table");
        database.execute("""
                DROP SCHEMA IF EXISTS %1$s CASCADE;
                CREATE SCHEMA %1$s;
                CREATE TABLE %1$s.workflow AS SELECT id, owner_id, key, name FROM workflow;
                ALTER TABLE %1$s.workflow ADD PRIMARY KEY (id);
                CREATE TABLE %1$s.execution AS
                  SELECT %2$s, uuid_v7_time(id) AS started_at FROM execution ORDER BY id;
                ALTER TABLE %1$s.execution ADD PRIMARY KEY (id);
                CREATE INDEX execution_workflow_id ON %1$s.execution (workflow_id, id);
                ALTER TABLE %1$s.execution ADD FOREIGN KEY (workflow_id) REFERENCES %1$s.workflow;
                """.formatted(SCHEMA, DataSetSql.COLUMNS));
        database.execute("VACUUM (ANALYZE) " + SCHEMA + ".workflow");
        database.execute("VACUUM (ANALYZE) " + SCHEMA + ".execution");
        database.execute("CHECKPOINT");
        database.execute("COMMENT ON SCHEMA " + SCHEMA + " IS '" + COMPLETE + "'");
    }
}
