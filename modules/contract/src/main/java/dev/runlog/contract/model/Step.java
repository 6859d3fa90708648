package dev.runlog.contract.model;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One node of a workflow within an execution.
 *
 * @param index position within the execution, starting at 0; recording it again replaces the fields that are set
 * @param kind kind of node, as named by the engine
 * @param input JSON text
 * @param output JSON text
 * @param error JSON text
 * @param truncated parts that exceeded a limit and were cut
 * @param sanitized parts in which U+FFFD replaced characters that cannot be stored
 * @param redacted parts in which secrets were replaced
 */
public record Step(
        UUID executionId,
        int index,
        String name,
        @Nullable String kind,
        StepStatus status,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable String input,
        @Nullable String output,
        @Nullable String error,
        Set<StepPart> truncated,
        Set<StepPart> sanitized,
        Set<StepPart> redacted) {

    public Step {
        truncated = OrderedSet.copyOf(truncated);
        sanitized = OrderedSet.copyOf(sanitized);
        redacted = OrderedSet.copyOf(redacted);
    }
}
