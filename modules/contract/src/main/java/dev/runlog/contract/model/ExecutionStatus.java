package dev.runlog.contract.model;

import java.util.List;

/**
 * Status of an execution. {@code QUEUED} is optional and followed by {@code RUNNING} or, without a start, by one of the
 * others; {@code RUNNING} is followed by exactly one of the others.
 */
public enum ExecutionStatus {
    /** It waits to be started. */
    QUEUED(0),
    RUNNING(1),
    SUCCESS(2),
    FAILED(3),
    CANCELLED(4),
    /** It missed its heartbeat deadline, or was not started or finished in time. A late finish still replaces this status. */
    CRASHED(5);

    private static final List<ExecutionStatus> BY_NUMBER = List.of(values());

    private final int number;

    ExecutionStatus(int number) {
        this.number = number;
    }

    /** Number of this status in the database. Never changes, because partial indexes contain it. */
    public int number() {
        return number;
    }

    public static ExecutionStatus ofNumber(int number) {
        return BY_NUMBER.get(number);
    }

    /** Whether it is {@code QUEUED} or {@code RUNNING}: it has not ended. */
    public boolean isOpen() {
        return this == QUEUED || this == RUNNING;
    }

    /** Whether it is {@code FAILED}, {@code CANCELLED} or {@code CRASHED}. */
    public boolean isUnsuccessful() {
        return !isOpen() && this != SUCCESS;
    }

    /** Whether an engine may report it as an outcome: {@code SUCCESS}, {@code FAILED} or {@code CANCELLED}. */
    public boolean isOutcome() {
        return this == SUCCESS || this == FAILED || this == CANCELLED;
    }
}
