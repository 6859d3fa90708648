package dev.runlog.bench.database;

import java.util.UUID;

/**
 * What is loaded: executions that began one after the other over some days up to a moment, of workflows that are
 * numbered. Workflow 0 has a tenth of them; the others share the rest at random. Workflow {@code n} is of owner {@code
 * n % owners}.
 *
 * @param executions how many
 * @param running how many of them, the newest ones, still run
 * @param endMillis when the newest one began
 */
public record DataSet(long executions, int workflows, int owners, int days, int running, long endMillis) {
    public static final int BIG_WORKFLOW = 0;

    /** Ids of workflows differ in their last twelve digits only, so that SQL and scripts make them of the number. */
    static final String WORKFLOW_ID_PREFIX = "01900000-0000-7000-8000-";

    static final String OWNER_PREFIX = "owner-";
    public static final String KEY_PREFIX = "workflow-";

    public DataSet {
        if (workflows < 2 || owners < 1 || executions < workflows) {
            throw new IllegalArgumentException(
                    "At least two workflows, one owner, and an execution for each workflow are needed.");
        }
    }

    public static UUID workflowId(int workflow) {
        return UUID.fromString(WORKFLOW_ID_PREFIX + "%012x".formatted(workflow));
    }

    public String owner(int workflow) {
        return OWNER_PREFIX + workflow % owners;
    }

    /** Executions of {@link #BIG_WORKFLOW}. */
    public long executionsOfBig() {
        return executions / 10;
    }

    public long spanMillis() {
        return days * 86_400_000L;
    }
}
