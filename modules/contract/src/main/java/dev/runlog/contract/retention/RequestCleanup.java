package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Enters a cleanup into the ledger and answers at once; a dry run answers with its figures. Needs the scope
 * {@code executions:cleanup} or {@code ops} for the viewer's own, {@code ops} for another's or everybody's. At least one of
 * {@code olderThan}, {@code before}, {@code keepLast} and a status is given. Fails with {@code NOT_FOUND} where whose
 * executions are meant has no such workflow.
 *
 * @param olderThan started longer ago than this, {@link #OLDER_THAN_MAX} at the most
 * @param before started before; the earlier of both where both are given
 * @param keepLast spare so many of the newest of each workflow; null for none
 * @param ignorePolicies delete also what a retention policy would keep longer
 * @param owner whose; null for the viewer's, or for everybody's with {@code allOwners}
 * @param allOwners across owners; not with an owner
 */
public record RequestCleanup(
        Viewer viewer,
        @Nullable Duration olderThan,
        @Nullable Instant before,
        Set<ExecutionStatus> statuses,
        @Nullable UUID workflowId,
        @Nullable Integer keepLast,
        boolean ignorePolicies,
        @Nullable String owner,
        boolean allOwners,
        boolean dryRun)
        implements Request<Cleanup> {
    /** {@code olderThan} reaches back no further. */
    public static final Duration OLDER_THAN_MAX = Duration.ofDays(20_000);

    public RequestCleanup {
        statuses = Set.copyOf(statuses);
    }
}
