package dev.runlog.contract.querying;

import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Requests statistics, which come from rollups by UTC day of the start. {@code from} and {@code to} must therefore be
 * the start of a UTC day; otherwise the request fails with {@code BAD_INPUT}.
 *
 * @param workflowId a workflow of the viewer; null for all
 * @param from start of the first day; null for the oldest day
 * @param to start of the day after the last; null for tomorrow
 * @param interval width of the intervals; null for none
 * @param workflowsMax maximum number of largest workflows to return
 * @param allOwners whether to include all owners; requires the scope {@code ops}
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

    /** Interval widths: UTC days, ISO weeks, calendar months. */
    public enum Interval {
        DAY,
        WEEK,
        MONTH
    }
}
