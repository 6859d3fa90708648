package dev.runlog.contract.model;

/** The large parts of an execution: read only when asked for, cut or refused when over their limit. */
public enum ExecutionPart {
    PAYLOAD,
    RESULT,
    ERROR_MESSAGE,
    ERROR_DETAILS,
    STACK_TRACE
}
