package dev.runlog.storage;

/** What tells a workflow from others: its owner and that owner's key. */
public record WorkflowKey(String owner, String key) {}
