package dev.runlog.contract.querying;

import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Figures over executions, from the rollups. These are kept by UTC day of the start, so {@code from} and {@code to} must
 * be the start of a UTC day; the request fails with {@code BAD_INPUT} otherwise.
 *
 * @param workflowId one workflow of the viewer's; null for all
 * @param from start of the first day; null for the oldest
 * @param to start of the day after the last; null for tomorrow
 * @param interval how wide the intervals are; null for none
 * @param workflowsMax how many of the biggest workflows to tell
 * @param allOwners across owners; needs the scope {@code ops}
 */
public record GetStatistics(
        Viewer viewer,
        @Nullable UUID workflowId,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Interval interval,
        int workflowsMax,
        boolean allOwners)
        implements ReadRequest<Statistics> {

    @Override
    public Owners owners() {
        return allOwners ? Owners.all(viewer) : Owners.of(viewer);
    }

    @Override
    public Scope[] scopes() {
        return new Scope[] {allOwners ? Scope.OPS : Scope.READ};
    }

    /** The widths of intervals: UTC days, ISO weeks, calendar months. */
    public enum Interval {
        DAY,
        WEEK,
        MONTH
    }
}
