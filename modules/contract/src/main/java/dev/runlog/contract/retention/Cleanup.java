package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Ids;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A deletion from the ledger, or a dry run, which is not in the ledger.
 *
 * @param matched executions that matched the criteria at its start
 * @param matchedExact whether {@code matched} is exact; otherwise partial days are estimated until it finishes
 * @param deleted executions deleted so far; 0 for a dry run
 * @param bytes bytes freed so far: the whole size of dropped partitions, the row sizes otherwise; 0 for a dry run
 * @param requestedBy subject of the viewer
 * @param policyId policy that requested it; null if a viewer did
 * @param startedAt null while pending
 * @param preview result of the dry run, or the preview made when the cleanup started; null before
 * @param failure reason of the failure; null unless {@code FAILED}
 */
public record Cleanup(
        UUID id,
        boolean dryRun,
        State state,
        CleanupCriteria criteria,
        long matched,
        boolean matchedExact,
        long deleted,
        long bytes,
        int partitionsDropped,
        String requestedBy,
        @Nullable UUID policyId,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable CleanupPreview preview,
        @Nullable String failure)
        implements Message {

    /** Returns a dry run with its preview. Its ID is new and is not stored. */
    public static Cleanup dryRun(
            CleanupCriteria criteria,
            String requestedBy,
            Instant createdAt,
            Instant startedAt,
            Instant finishedAt,
            CleanupPreview preview) {
        return new Cleanup(
                Ids.next(),
                true,
                State.COMPLETED,
                criteria,
                preview.executions(),
                preview.exact(),
                0,
                0,
                0,
                requestedBy,
                null,
                createdAt,
                startedAt,
                finishedAt,
                preview,
                null);
    }

    /** Returns a cleanup that is not in the ledger, to preview it. */
    public static Cleanup hypothetical(CleanupCriteria criteria, @Nullable UUID policyId) {
        UUID id = Ids.next();
        return new Cleanup(
                id,
                true,
                State.PENDING,
                criteria,
                0,
                true,
                0,
                0,
                0,
                "",
                policyId,
                Ids.timeOf(id),
                null,
                null,
                null,
                null);
    }

    /** State of a cleanup. */
    public enum State {
        /** It is queued. */
        PENDING,
        RUNNING,
        COMPLETED,
        /** It was stopped between two batches. */
        CANCELLED,
        FAILED;

        public boolean isOver() {
            return this != PENDING && this != RUNNING;
        }
    }
}
