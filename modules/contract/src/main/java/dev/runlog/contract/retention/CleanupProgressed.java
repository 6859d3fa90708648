package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Event;

/** A cleanup moved on: after each batch, and when it ends. */
public record CleanupProgressed(Cleanup cleanup) implements Event {}
