package dev.runlog.storage.write;

import dev.runlog.contract.model.ExecutionDetail;

/** A whole row of an execution to write; an update takes the columns of its statement. */
public record ExecutionRow(StoredExecution stored, ExecutionDetail detail) {}
