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
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes a day's rows in batches, a transaction each, in passes from the oldest to the newest: what others held is come
 * back to. It rests as {@link Pace} says.
 */
final class Deletion {
    private static final Logger log = LoggerFactory.getLogger(Deletion.class);

    /** How often rows that others hold are come back to; the last times it waits for them. */
    private static final int ROUNDS = 8;

    private static final int PATIENT_ROUNDS = 2;
    private static final Duration ROUND_PAUSE = Duration.ofMillis(50);

    /** Fewer deleted rows of a day are left to autovacuum. */
    private static final int VACUUM_ROWS_MIN = 1000;

    /** How a pass ended. */
    private enum Pass {
        /** Nothing is left that it could take. */
        THROUGH,
        /** Others held some of the rows. */
        SOME_HELD,
        /** It is to end before, for now or for good. */
        ENDED
    }

    private final CleanupSession session;
    private final Cleanup cleanup;
    private final LocalDate day;
    private final Pace pace;
    private final RecordingPulse recording;
    private final Progress progress;
    private final Function<Duration, Future<Void>> pause;
    private final Supplier<Future<Void>> knowSpared;
    private final BooleanSupplier stopping;
    private long deleted;

    /**
     * Of a day.
     *
     * @param knowSpared called before each batch: finds anew what stays because something above it does, now and then
     * @param stopping asked after each batch: for a stop of the server, or the end of a window
     */
    Deletion(
            CleanupSession session,
            Cleanup cleanup,
            LocalDate day,
            Pace pace,
            RecordingPulse recording,
            Progress progress,
            Function<Duration, Future<Void>> pause,
            Supplier<Future<Void>> knowSpared,
            BooleanSupplier stopping) {
        this.session = session;
        this.cleanup = cleanup;
        this.day = day;
        this.pace = pace;
        this.recording = recording;
        this.progress = progress;
        this.pause = pause;
        this.knowSpared = knowSpared;
        this.stopping = stopping;
    }

    /** Deletes what is to go of a day; false where it ended before. */
    Future<Boolean> run() {
        return session.isThere(day).compose(there -> there ? round(0) : Future.succeededFuture(true));
    }

    private Future<Boolean> round(int number) {
        boolean patient = number >= ROUNDS - PATIENT_ROUNDS;
        return pass(patient).compose(ended -> progress.tell(cleanup).map(ended)).compose(ended -> {
            if (ended == Pass.ENDED) {
                return Future.succeededFuture(false);
            }
            if (ended == Pass.SOME_HELD && number < ROUNDS) {
                return pause.apply(ROUND_PAUSE.multipliedBy(1L << number)).compose(done -> round(number + 1));
            }
            if (ended == Pass.SOME_HELD) {
                log.warn("Cleanup {} leaves rows of {} that others hold.", cleanup.id(), day);
            }
            return (deleted >= VACUUM_ROWS_MIN ? session.vacuum(day, !pace.isAlone()) : Future.succeededFuture())
                    .map(true);
        });
    }

    private Future<Pass> pass(boolean patient) {
        Promise<Pass> over = Promise.promise();
        step(null, patient, false, over);
        return over.future();
    }

    /** One batch, then the next. They are not composed: thousands of futures would end in one another. */
    private void step(@Nullable UUID after, boolean patient, boolean someHeld, Promise<Pass> over) {
        if (stopping.getAsBoolean()) {
            over.complete(Pass.ENDED);
            return;
        }
        long startedAt = System.nanoTime();
        knowSpared
                .get()
                .compose(known -> batch(after, patient))
                .compose(batch -> batch.open() && batch.last() != null
                        ? rest(batch, startedAt).map(batch)
                        : Future.succeededFuture(batch))
                .onFailure(over::fail)
                .onSuccess(batch -> {
                    boolean held = someHeld || batch.skipped() > 0;
                    if (!batch.open()) {
                        over.complete(Pass.ENDED);
                    } else if (batch.last() == null) {
                        over.complete(held ? Pass.SOME_HELD : Pass.THROUGH);
                    } else {
                        step(batch.last(), patient, held, over);
                    }
                });
    }

    private Future<Void> rest(Batch batch, long startedAt) {
        deleted += batch.rows();
        Duration took = Duration.ofNanos(System.nanoTime() - startedAt);
        Duration rest = pace.after(took, recording.take(), batch.shared());
        return progress.tellNowAndThen(cleanup).compose(done -> pause.apply(rest));
    }

    private Future<Batch> batch(@Nullable UUID after, boolean patient) {
        return session.deleteBatch(cleanup, day, after, pace.size(), patient)
                .recover(failure -> WriteFailure.of(failure) == WriteFailure.CONTENTION
                        ? Future.succeededFuture(new Batch(0, null, 1, true, true))
                        : Future.failedFuture(failure));
    }
}
