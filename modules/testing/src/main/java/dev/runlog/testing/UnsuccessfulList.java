package dev.runlog.testing;

/** The list of what did not end well, for tests that write executions by themselves or look whether all agrees. */
public final class UnsuccessfulList {
    /** Takes into the list what is there. */
    public static final String FILL = """
            INSERT INTO unsuccessful_execution
            SELECT (jsonb_populate_record(NULL::unsuccessful_execution, to_jsonb(e))).*
            FROM execution e
            WHERE status > 2
            ON CONFLICT (id) DO NOTHING
            """;

    /** The ids of executions that the list does not have, has otherwise, or has and should not. */
    public static final String DIFFERENCES = """
            SELECT id
            FROM (
              SELECT id, to_jsonb(jsonb_populate_record(NULL::unsuccessful_execution, to_jsonb(e))) AS row
              FROM execution e
              WHERE status > 2) stored
            FULL JOIN (SELECT id, to_jsonb(u) - 'heartbeat_deadline' AS row FROM unsuccessful u) listed USING (id)
            WHERE stored.row IS DISTINCT FROM listed.row
            """;

    private UnsuccessfulList() {}
}
