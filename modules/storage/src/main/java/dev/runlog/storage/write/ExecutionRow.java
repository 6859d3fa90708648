package dev.runlog.storage.write;

import dev.runlog.contract.model.ExecutionDetail;

/** A complete row of an execution to write. An update writes the columns of its statement only. */
public record ExecutionRow(StoredExecution stored, ExecutionDetail detail) {}
