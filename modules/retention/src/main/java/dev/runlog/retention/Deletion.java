package dev.runlog.retention;

import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.CleanupSession;
import dev.runlog.storage.CleanupSession.Batch;
import dev.runlog.storage.WriteFailure;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes some days' rows in batches, a transaction each, in passes from the oldest to the newest: what others held is
 * come back to. It rests as {@link Pace} says.
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
    private final Pace pace;
    private final RecordingPulse recording;
    private final Progress progress;
    private final Function<Duration, Future<Void>> pause;
    private final BooleanSupplier stopping;
    private final Map<LocalDate, Long> deleted = new TreeMap<>();

    /** @param stopping asked after each batch: for a stop of the server, or the end of a window */
    Deletion(
            CleanupSession session,
            Cleanup cleanup,
            Pace pace,
            RecordingPulse recording,
            Progress progress,
            Function<Duration, Future<Void>> pause,
            BooleanSupplier stopping) {
        this.session = session;
        this.cleanup = cleanup;
        this.pace = pace;
        this.recording = recording;
        this.progress = progress;
        this.pause = pause;
        this.stopping = stopping;
    }

    /** Deletes what is to go of the days between, both included; false where it ended before. */
    Future<Boolean> run(LocalDate from, LocalDate to) {
        return round(from, to, 0);
    }

    /** The days of which so much went that their files are worth a look. */
    List<LocalDate> daysToVacuum() {
        return deleted.entrySet().stream()
                .filter(day -> day.getValue() >= VACUUM_ROWS_MIN)
                .map(Map.Entry::getKey)
                .toList();
    }

    private Future<Boolean> round(LocalDate from, LocalDate to, int number) {
        boolean patient = number >= ROUNDS - PATIENT_ROUNDS;
        return pass(from, to, null, patient, false)
                .compose(ended -> progress.tell(cleanup).map(ended))
                .compose(ended -> {
                    if (ended != Pass.SOME_HELD) {
                        return Future.succeededFuture(ended == Pass.THROUGH);
                    }
                    if (number == ROUNDS) {
                        log.warn("Cleanup {} leaves rows of {} to {} that others hold.", cleanup.id(), from, to);
                        return Future.succeededFuture(true);
                    }
                    return pause.apply(ROUND_PAUSE.multipliedBy(1L << number))
                            .compose(done -> round(from, to, number + 1));
                });
    }

    private Future<Pass> pass(LocalDate from, LocalDate to, @Nullable UUID after, boolean patient, boolean someHeld) {
        if (stopping.getAsBoolean()) {
            return Future.succeededFuture(Pass.ENDED);
        }
        long startedAt = System.nanoTime();
        return batch(from, to, after, patient).compose(batch -> {
            if (!batch.open()) {
                return Future.succeededFuture(Pass.ENDED);
            }
            boolean held = someHeld || batch.skipped() > 0;
            UUID last = batch.last();
            if (last == null) {
                return Future.succeededFuture(held ? Pass.SOME_HELD : Pass.THROUGH);
            }
            batch.byDay().forEach((day, rows) -> deleted.merge(day, (long) rows, Long::sum));
            Duration took = Duration.ofNanos(System.nanoTime() - startedAt);
            Duration rest = pace.after(took, recording.take(), batch.shared());
            return progress.tellNowAndThen(cleanup)
                    .compose(done -> pause.apply(rest))
                    .compose(done ->
                            isAnotherDay(after, last) ? session.refreshSpared(cleanup) : Future.succeededFuture())
                    .compose(done -> pass(from, to, last, patient, held));
        });
    }

    /** Something may have been held since, so what stays below it is found anew now and then. */
    private static boolean isAnotherDay(@Nullable UUID after, UUID last) {
        return after != null && !dayOf(after).equals(dayOf(last));
    }

    private static LocalDate dayOf(UUID id) {
        return LocalDate.ofInstant(Ids.timeOf(id), ZoneOffset.UTC);
    }

    private Future<Batch> batch(LocalDate from, LocalDate to, @Nullable UUID after, boolean patient) {
        return session.deleteBatch(cleanup, from, to, after, pace.size(), patient)
                .recover(failure -> WriteFailure.of(failure) == WriteFailure.CONTENTION
                        ? Future.succeededFuture(new Batch(Map.of(), null, 1, true, true))
                        : Future.failedFuture(failure));
    }
}
