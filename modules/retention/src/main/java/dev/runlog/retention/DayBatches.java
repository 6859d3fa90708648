package dev.runlog.retention;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.Batch;
import dev.runlog.storage.db.WriteFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.LocalDate;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes executions of a day in batches, oldest first, and retries those that other transactions had locked.
 * Autovacuum removes the dead rows.
 */
final class DayBatches {
    private static final Logger log = LoggerFactory.getLogger(DayBatches.class);

    /** Maximum number of retries for locked rows. The last {@code WAITING_ROUNDS} wait for the locks. */
    private static final int ROUNDS = 8;

    private static final int WAITING_ROUNDS = 2;
    private static final Duration ROUND_PAUSE = Duration.ofMillis(50);
    /** Long enough to notice readers that send only a few requests per second. */
    private static final Duration RECENTLY = Duration.ofMillis(100);

    private final CleanupSession session;
    private final Cleanup cleanup;
    private final LocalDate day;
    private final Pace pace;
    private final Progress progress;
    private final BooleanSupplier stopping;

    /** @param stopping checked before each batch */
    DayBatches(
            CleanupSession session,
            Cleanup cleanup,
            LocalDate day,
            Pace pace,
            Progress progress,
            BooleanSupplier stopping) {
        this.session = session;
        this.cleanup = cleanup;
        this.day = day;
        this.pace = pace;
        this.progress = progress;
        this.stopping = stopping;
    }

    /** Deletes all deletable executions of the day. Returns false if it was stopped. */
    Future<Boolean> run() {
        return session.isStored(day).compose(stored -> stored ? round(0) : Future.succeededFuture(true));
    }

    private Future<Boolean> round(int number) {
        Promise<Batch> outcome = Promise.promise();
        batch(null, number >= ROUNDS - WAITING_ROUNDS, 0, outcome);
        return outcome.future()
                .compose(last -> progress.report(cleanup).map(last))
                .compose(last -> {
                    boolean someLocked = last.open() && last.skipped() > 0;
                    if (someLocked && number < ROUNDS) {
                        return session.pause(ROUND_PAUSE.multipliedBy(1L << number))
                                .compose(done -> round(number + 1));
                    }
                    if (someLocked) {
                        log.warn("Cleanup {} leaves executions of {} that others have locked.", cleanup.id(), day);
                    }
                    return Future.succeededFuture(last.open());
                });
    }

    /**
     * Runs one batch, then the next. The outcome has the number of skipped executions of all batches; it is not open if
     * the cleanup was cancelled or must pause. Composing the futures would build a chain of thousands.
     */
    private void batch(@Nullable UUID after, boolean waiting, int skippedBefore, Promise<Batch> outcome) {
        if (stopping.getAsBoolean()) {
            outcome.complete(new Batch(0, null, 0, false));
            return;
        }
        long startedAt = System.nanoTime();
        session.deleteBatch(cleanup, day, after, pace.batchSize(), waiting)
                .recover(failure -> WriteFailure.of(failure) == WriteFailure.CONTENTION
                        ? Future.succeededFuture(new Batch(0, null, 1, true))
                        : Future.failedFuture(failure))
                .compose(batch -> batch.last() == null
                        ? Future.succeededFuture(batch)
                        : rest(batch, Duration.ofNanos(System.nanoTime() - startedAt))
                                .map(batch))
                .onFailure(outcome::fail)
                .onSuccess(batch -> {
                    int skipped = skippedBefore + batch.skipped();
                    if (batch.last() == null) {
                        outcome.complete(new Batch(0, null, skipped, batch.open()));
                    } else {
                        batch(batch.last(), waiting, skipped, outcome);
                    }
                });
    }

    private Future<Void> rest(Batch batch, Duration took) {
        boolean alone = !session.hasForegroundWork(RECENTLY);
        Duration rest = pace.restAfter(batch.rows() + batch.skipped(), took, alone);
        return progress.reportThrottled(cleanup).compose(done -> session.pause(rest));
    }
}
