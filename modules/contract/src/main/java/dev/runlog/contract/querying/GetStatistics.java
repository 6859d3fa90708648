package dev.runlog.contract.querying;

import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Requests statistics, which come from rollups by quarter of an hour of the start. {@code from} and {@code to} must
 * therefore be quarters of an hour; otherwise the request fails with {@code BAD_INPUT}.
 *
 * @param workflowId a workflow of the owner; null for all
 * @param from inclusive; null for the oldest day
 * @param to exclusive; null for the end of the current UTC day
 * @param interval width of the intervals; null for none
 * @param timeZone ID of the time zone of the intervals, such as {@code Asia/Kolkata}
 * @param withEmptyIntervals whether to include intervals without executions
 * @param owner null for the viewer; another owner requires the scope {@code ops}
 * @param allOwners whether to include all owners; requires the scope {@code ops}; not allowed with {@code owner}
 */
public record GetStatistics(
        Viewer viewer,
        @Nullable UUID workflowId,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable Interval interval,
        String timeZone,
        boolean withEmptyIntervals,
        @Nullable String owner,
        boolean allOwners)
        implements ReadRequest<Statistics> {
    /** Time zone without another one. */
    public static final String UTC = "UTC";

    @Override
    public Owners owners() {
        if (allOwners) {
            return Owners.all(viewer);
        }
        return owner == null ? Owners.of(viewer) : Owners.of(viewer, owner);
    }

    @Override
    public Scope[] scopes() {
        return new Scope[] {allOwners || isOfOther() ? Scope.OPS : Scope.READ};
    }

    private boolean isOfOther() {
        return owner != null && !owner.equals(viewer.subject());
    }

    /** Interval widths: hours, days, ISO weeks, calendar months. */
    public enum Interval {
        HOUR,
        DAY,
        WEEK,
        MONTH
    }
}
