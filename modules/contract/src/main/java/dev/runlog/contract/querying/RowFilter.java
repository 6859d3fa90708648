package dev.runlog.contract.querying;

import dev.runlog.contract.model.ExternalId;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Conditions that only the rows of executions can answer, not an index or the rollups. All given conditions must hold.
 *
 * @param minDuration inclusive; only finished executions have a duration
 * @param maxDuration inclusive
 * @param labels must all be present
 * @param errorContains part of the error's message or type, case-insensitive
 * @param held whether they are held
 * @param rootsOnly only executions without a parent
 * @param latestAttemptsOnly only executions that no other one retries
 * @param externalId at most one execution has it
 */
public record RowFilter(
        @Nullable Duration minDuration,
        @Nullable Duration maxDuration,
        @Nullable String trigger,
        Map<String, String> labels,
        @Nullable String errorContains,
        @Nullable UUID parentId,
        @Nullable Boolean held,
        boolean rootsOnly,
        boolean latestAttemptsOnly,
        @Nullable ExternalId externalId) {

    public static final RowFilter NONE =
            new RowFilter(null, null, null, Map.of(), null, null, null, false, false, null);

    public RowFilter {
        labels = Map.copyOf(labels);
    }

    /** Whether it matches every row. */
    public boolean isNone() {
        return equals(NONE);
    }
}
