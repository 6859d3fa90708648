package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One act of deletion, or its dry run, as its row in the ledger has it.
 *
 * @param matched executions that the criteria met when it began
 * @param matchedExact whether {@code matched} was counted; else a part of a day is told by its share until it is over
 * @param deleted executions deleted so far; what a dry run would delete
 * @param bytes freed so far; what a dry run would free. Of dropped partitions their whole size, else that of rows
 * @param requestedBy the viewer's subject
 * @param policyId the policy that asked for it; null where a viewer did
 * @param startedAt when its turn came; null before
 * @param preview what a dry run found; null else
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
