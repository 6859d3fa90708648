package dev.runlog.contract.model;

import java.util.List;

/** Status of an execution. {@code RUNNING} is followed by exactly one of the others. */
public enum ExecutionStatus {
    RUNNING(1),
    SUCCESS(2),
    FAILED(3),
    CANCELLED(4),
    /** It missed its heartbeat deadline. A late finish still replaces this status. */
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
        return BY_NUMBER.get(number - 1);
    }

    /** Whether it is {@code FAILED}, {@code CANCELLED} or {@code CRASHED}. */
    public boolean isUnsuccessful() {
        return this != RUNNING && this != SUCCESS;
    }

    /** Whether an engine may report it as an outcome: neither {@code RUNNING} nor {@code CRASHED}. */
    public boolean isOutcome() {
        return this == SUCCESS || this == FAILED || this == CANCELLED;
    }
}
