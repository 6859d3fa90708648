package dev.runlog.contract.querying;

import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What only the rows of executions tell: neither the order of an index nor the rollups know it. All that is set must hold.
 *
 * @param minDuration at least; only finished executions have a duration
 * @param maxDuration at most
 * @param labels all of these
 * @param errorContains part of the error's message or type, in any case
 * @param held whether somebody holds them
 */
public record RowFilter(
        @Nullable Duration minDuration,
        @Nullable Duration maxDuration,
        @Nullable String trigger,
        Map<String, String> labels,
        @Nullable String errorContains,
        @Nullable UUID parentId,
        @Nullable Boolean held) {

    public static final RowFilter NONE = new RowFilter(null, null, null, Map.of(), null, null, null);

    public RowFilter {
        labels = Map.copyOf(labels);
    }

    /** Whether it leaves every row. */
    public boolean isNone() {
        return equals(NONE);
    }
}
