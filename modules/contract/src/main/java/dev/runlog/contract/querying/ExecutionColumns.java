package dev.runlog.contract.querying;

/** How much of each execution a list reads. */
public enum ExecutionColumns {
    /** Its and its workflow's id, owner, status, times and error; the rest is as if nobody had told. */
    OUTLINE,
    ALL
}
