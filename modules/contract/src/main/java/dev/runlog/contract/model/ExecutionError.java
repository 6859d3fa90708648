package dev.runlog.contract.model;

import org.jspecify.annotations.Nullable;

/**
 * Error of an execution or of a step, as reported by its engine.
 *
 * @param details JSON text
 */
public record ExecutionError(
        @Nullable String message,
        @Nullable String type,
        @Nullable String stackTrace,
        @Nullable String details) {}
