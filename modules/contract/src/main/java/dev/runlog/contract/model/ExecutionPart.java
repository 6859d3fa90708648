package dev.runlog.contract.model;

/** The parts of an execution that have limits and are cut if they exceed them. */
public enum ExecutionPart {
    PAYLOAD(1),
    RESULT(2),
    ERROR_MESSAGE(4),
    ERROR_DETAILS(8),
    STACK_TRACE(16),
    ERROR_TYPE(32),
    TRIGGER(64),
    LABELS(128);

    private final int bit;

    ExecutionPart(int bit) {
        this.bit = bit;
    }

    /** Bit of this part in a set of parts in the database. */
    public int bit() {
        return bit;
    }
}
