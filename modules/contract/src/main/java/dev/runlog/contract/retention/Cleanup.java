package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Ids;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One act of deletion as its row in the ledger has it, or a dry run, which is in no ledger.
 *
 * @param matched executions that the criteria met when it began
 * @param matchedExact whether {@code matched} was counted; else a part of a day is told by its share until it is over
 * @param deleted executions deleted so far; 0 for a dry run
 * @param bytes freed so far; 0 for a dry run. Of dropped partitions their whole size, else that of rows
 * @param requestedBy the viewer's subject
 * @param policyId the policy that asked for it; null where a viewer did
 * @param startedAt when its turn came; null before
 * @param preview what a dry run found, or a cleanup when it began; null before
 * @param failure why it failed; null unless {@code FAILED}
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

    /** Returns a dry run with what it found, under an ID of its own that finds nothing later. */
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

    /** Where a cleanup stands. */
    public enum State {
        /** It waits for its turn. */
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
