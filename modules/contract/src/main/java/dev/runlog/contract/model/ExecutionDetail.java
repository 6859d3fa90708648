package dev.runlog.contract.model;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The large parts of an execution; parts that were not requested are null. JSON text is stored and returned unchanged.
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
