package dev.runlog.contract.querying;

import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Figures over executions, from the rollups. They are kept by UTC day of the start, so a bound within a day is taken
 * as the whole day.
 *
 * @param workflowId one workflow of the viewer's; null for all
 * @param from the first day; null for the oldest
 * @param to the day after the last; null for tomorrow
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
    public Scope scope() {
        return allOwners ? Scope.OPS : Scope.READ;
    }

    /** The widths of intervals: UTC days, ISO weeks, calendar months. */
    public enum Interval {
        DAY,
        WEEK,
        MONTH
    }
}
