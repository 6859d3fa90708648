package dev.runlog.contract.model;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One node of a workflow within an execution.
 *
 * @param index its place within the execution, from 0; recording it again replaces what is set
 * @param kind what sort of node it is, in the engine's word
 * @param input JSON text
 * @param output JSON text
 * @param error JSON text
 * @param truncated the parts that were over a limit and cut
 * @param sanitized the parts in which characters that cannot be stored were replaced by U+FFFD
 * @param redacted the parts in which secrets were replaced
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
