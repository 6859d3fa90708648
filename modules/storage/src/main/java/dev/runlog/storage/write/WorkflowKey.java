package dev.runlog.storage.write;

/** What tells a workflow from others: its owner and that owner's key. */
public record WorkflowKey(String owner, String key) {}
