package dev.runlog.contract.model;

import java.util.List;

/** Status of a step. */
public enum StepStatus {
    RUNNING(1),
    SUCCESS(2),
    FAILED(3),
    CANCELLED(4),
    SKIPPED(5);

    private static final List<StepStatus> BY_NUMBER = List.of(values());

    private final int number;

    StepStatus(int number) {
        this.number = number;
    }

    /** Number of this status in the database. */
    public int number() {
        return number;
    }

    public static StepStatus ofNumber(int number) {
        return BY_NUMBER.get(number - 1);
    }
}
