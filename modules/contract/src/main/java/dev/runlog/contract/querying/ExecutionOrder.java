package dev.runlog.contract.querying;

import dev.runlog.contract.page.Cursor;

/** The orders in which executions are listed; the id breaks ties. A running execution is shorter than any finished. */
public enum ExecutionOrder {
    STARTED_AT_DESC(Cursor.Order.EXECUTION_START, true),
    STARTED_AT_ASC(Cursor.Order.EXECUTION_START, false),
    DURATION_DESC(Cursor.Order.EXECUTION_DURATION, true),
    DURATION_ASC(Cursor.Order.EXECUTION_DURATION, false);

    private final Cursor.Order cursorOrder;
    private final boolean descending;

    ExecutionOrder(Cursor.Order cursorOrder, boolean descending) {
        this.cursorOrder = cursorOrder;
        this.descending = descending;
    }

    /** The kind of cursor that marks a place in this order; both ways of one order share it. */
    public Cursor.Order cursorOrder() {
        return cursorOrder;
    }

    public boolean isDescending() {
        return descending;
    }
}
