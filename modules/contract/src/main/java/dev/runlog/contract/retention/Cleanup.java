package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One act of deletion, or its dry run, as its row in the ledger has it.
 *
 * @param matched executions that the criteria met when it began
 * @param deleted executions deleted so far; what a dry run would delete
 * @param bytes freed so far, of rows and their large parts, without indexes; what a dry run would free
 * @param requestedBy the viewer's subject
 * @param policyId the policy that asked for it; null where a viewer did
 * @param failure why it failed; null unless {@code FAILED}
 */
public record Cleanup(
        UUID id,
        boolean dryRun,
        State state,
        CleanupCriteria criteria,
        long matched,
        long deleted,
        long bytes,
        int partitionsDropped,
        String requestedBy,
        @Nullable UUID policyId,
        Instant createdAt,
        @Nullable Instant finishedAt,
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
