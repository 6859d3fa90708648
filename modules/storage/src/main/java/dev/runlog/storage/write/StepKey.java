package dev.runlog.storage.write;

import java.util.UUID;

/** Identifies a step. */
public record StepKey(UUID executionId, int index) {}
