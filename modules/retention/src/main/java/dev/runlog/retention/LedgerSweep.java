package dev.runlog.retention;

import dev.runlog.storage.ledger.CleanupLedger;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Deletes old cleanups from the ledger. */
final class LedgerSweep {
    private static final int BATCH_ROWS = 1000;

    private final CleanupLedger ledger;
    private final Duration keep;
    private final Clock clock;

    /** @param keep how long cleanups are kept after they have ended; zero for no limit */
    LedgerSweep(CleanupLedger ledger, Duration keep, Clock clock) {
        this.ledger = ledger;
        this.keep = keep;
        this.clock = clock;
    }

    /** Deletes all cleanups that ended too long ago, in batches, and returns their number. */
    Future<Integer> runOnce() {
        return keep.isZero()
                ? Future.succeededFuture(0)
                : deleteFrom(clock.instant().minus(keep), 0);
    }

    private Future<Integer> deleteFrom(Instant before, int earlier) {
        return ledger.deleteEnded(before, BATCH_ROWS)
                .compose(deleted -> deleted < BATCH_ROWS
                        ? Future.succeededFuture(earlier + deleted)
                        : deleteFrom(before, earlier + deleted));
    }
}
