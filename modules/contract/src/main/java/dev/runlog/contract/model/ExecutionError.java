package dev.runlog.contract.model;

import org.jspecify.annotations.Nullable;

/**
 * Why an execution did not succeed, as its engine reports it.
 *
 * @param details JSON text
 */
public record ExecutionError(
        @Nullable String message,
        @Nullable String type,
        @Nullable String stackTrace,
        @Nullable String details) {}
