package dev.runlog.contract.querying;

import dev.runlog.contract.page.Cursor;

/** Sort order of executions; the ID breaks ties. Running executions count as shorter than finished ones. */
public enum ExecutionOrder {
    STARTED_AT_DESC(Cursor.Order.EXECUTION_START, true),
    STARTED_AT_ASC(Cursor.Order.EXECUTION_START, false),
    DURATION_DESC(Cursor.Order.EXECUTION_DURATION, true),
    DURATION_ASC(Cursor.Order.EXECUTION_DURATION, false),
    /** Without executions that are queued or running. */
    FINISHED_AT_DESC(Cursor.Order.EXECUTION_FINISH, true),
    /** Without executions that are queued or running. */
    FINISHED_AT_ASC(Cursor.Order.EXECUTION_FINISH, false);

    private final Cursor.Order cursorOrder;
    private final boolean descending;

    ExecutionOrder(Cursor.Order cursorOrder, boolean descending) {
        this.cursorOrder = cursorOrder;
        this.descending = descending;
    }

    /** Kind of cursor for this order; both directions share it. */
    public Cursor.Order cursorOrder() {
        return cursorOrder;
    }

    public boolean isDescending() {
        return descending;
    }
}
