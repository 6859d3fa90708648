package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Event;

/** Announces the progress of a cleanup, after each batch and at its end. */
public record CleanupProgressed(Cleanup cleanup) implements Event {}
