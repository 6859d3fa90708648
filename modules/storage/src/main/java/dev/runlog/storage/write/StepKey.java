package dev.runlog.storage.write;

import java.util.UUID;

/** What tells a step from others. */
public record StepKey(UUID executionId, int index) {}
