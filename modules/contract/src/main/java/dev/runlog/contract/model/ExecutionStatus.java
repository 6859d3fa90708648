package dev.runlog.contract.model;

import java.util.List;

/** Where an execution stands. {@code RUNNING} is followed by exactly one of the others. */
public enum ExecutionStatus {
    RUNNING(1),
    SUCCESS(2),
    FAILED(3),
    CANCELLED(4),
    /** Its heartbeat deadline passed; a late finish still wins over it. */
    CRASHED(5);

    private static final List<ExecutionStatus> BY_NUMBER = List.of(values());

    private final int number;

    ExecutionStatus(int number) {
        this.number = number;
    }

    /** The number that stands for it in the database; part of partial indexes, so never changed. */
    public int number() {
        return number;
    }

    public static ExecutionStatus ofNumber(int number) {
        return BY_NUMBER.get(number - 1);
    }

    /** Whether it is an end that was not wanted: {@code FAILED}, {@code CANCELLED} or {@code CRASHED}. */
    public boolean isUnsuccessful() {
        return this != RUNNING && this != SUCCESS;
    }

    /** Whether an engine may report it as the outcome of a run: neither {@code RUNNING} nor {@code CRASHED}. */
    public boolean isOutcome() {
        return this == SUCCESS || this == FAILED || this == CANCELLED;
    }
}
