package dev.runlog.storage;

import dev.runlog.testing.TestDatabase;
import java.sql.SQLException;
import java.time.LocalDate;

/** What tests of generic plans need in the database. */
public final class GenericPlans {
    private GenericPlans() {}

    /**
     * Replaces all executions by 20,000 of one day, of five owners and workflows, without statistics, and creates the
     * function {@code plan_of}, which returns the lines of a statement's generic plan.
     */
    public static void prepare(TestDatabase database, LocalDate day) throws SQLException {
        database.execute("TRUNCATE execution");
        database.execute("""
                SELECT ensure_day_partitions(':day');
                INSERT INTO execution (id, workflow_id, owner_id, status, finished_at, duration_millis)
                SELECT (left(first_id(':day')::text, 24) || lpad(to_hex(i), 12, '0'))::uuid,
                       md5((i % 5)::text)::uuid, 1 + i % 5, 2, ':dayT12:00:00Z'::timestamptz + i * interval '1 s', i
                FROM generate_series(1, 20000) i;
                CREATE OR REPLACE FUNCTION plan_of(statement text) RETURNS SETOF text LANGUAGE plpgsql AS
                'BEGIN RETURN QUERY EXECUTE ''EXPLAIN (GENERIC_PLAN) '' || statement; END'""".replace(":day", day.toString()));
    }
}
