package dev.runlog.storage.write;

/** Identifies a workflow by its owner and key. */
public record WorkflowKey(String owner, String key) {}
