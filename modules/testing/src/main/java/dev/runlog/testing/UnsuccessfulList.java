package dev.runlog.testing;

/** SQL for the list of unsuccessful executions, for tests that insert executions directly or check the list. */
public final class UnsuccessfulList {
    /** Fills the list from the executions. */
    public static final String FILL = """
            INSERT INTO unsuccessful_execution
            SELECT (jsonb_populate_record(NULL::unsuccessful_execution, to_jsonb(e))).*
            FROM execution e
            WHERE status > 2
            ON CONFLICT (id) DO NOTHING
            """;

    /** Selects the IDs of executions that are missing in the list, differ, or should not be in it. */
    public static final String DIFFERENCES = """
            SELECT id
            FROM (
              SELECT id, to_jsonb(jsonb_populate_record(NULL::unsuccessful_execution, to_jsonb(e))) AS row
              FROM execution e
              WHERE status > 2) stored
            FULL JOIN (
              SELECT id, to_jsonb(u) - 'heartbeat_deadline' - 'heartbeat_timeout' AS row
              FROM unsuccessful u) listed USING (id)
            WHERE stored.row IS DISTINCT FROM listed.row
            """;

    private UnsuccessfulList() {}
}
