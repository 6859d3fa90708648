package dev.runlog.contract.model;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The large parts of an execution; those that were not asked for are null. JSON is text that passes through as it came.
 *
 * @param payload JSON text
 * @param result JSON text
 * @param errorDetails JSON text
 */
public record ExecutionDetail(
        UUID executionId,
        @Nullable String payload,
        @Nullable String result,
        @Nullable String errorDetails,
        @Nullable String stackTrace) {}
