package dev.runlog.contract.model;

/** The parts of a step that have limits and are cut if they exceed them. */
public enum StepPart {
    NAME(1),
    KIND(2),
    INPUT(4),
    OUTPUT(8),
    ERROR_MESSAGE(16),
    ERROR_DETAILS(32),
    STACK_TRACE(64),
    ERROR_TYPE(128);

    private final int bit;

    StepPart(int bit) {
        this.bit = bit;
    }

    /** Bit of this part in a set of parts in the database. */
    public int bit() {
        return bit;
    }
}
