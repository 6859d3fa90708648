package dev.runlog.contract.model;

/** The large parts of an execution: read only when asked for, cut or refused when over their limit. */
public enum ExecutionPart {
    PAYLOAD(1),
    RESULT(2),
    ERROR_MESSAGE(4),
    ERROR_DETAILS(8),
    STACK_TRACE(16);

    private final int bit;

    ExecutionPart(int bit) {
        this.bit = bit;
    }

    /** The bit that stands for it in a set of parts in the database. */
    public int bit() {
        return bit;
    }
}
