package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.storage.CleanupDay;
import dev.runlog.storage.CleanupSession;
import dev.runlog.storage.CleanupSession.Batch;
import dev.runlog.storage.CleanupStore;
import dev.runlog.storage.WriteFailure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries cleanups out, one after the other, day by day, the oldest first. Days of which little or nothing stays are
 * dropped or rewritten whole, of others rows are deleted in batches. The ledger's row moves in the same transaction, so
 * that a crash loses nothing and counts nothing twice: whoever wakes goes on with what is open.
 */
final class Cleaner {
    private static final Logger log = LoggerFactory.getLogger(Cleaner.class);
    private static final Duration LOCKED_RETRY = Duration.ofSeconds(1);
    /** How often rows that others hold are come back to; the last times it waits for them. */
    private static final int ROUNDS = 8;

    private static final int PATIENT_ROUNDS = 2;
    private static final Duration ROUND_PAUSE = Duration.ofMillis(50);

    /** Everybody waits while they go, some milliseconds for each. */
    private static final int DAYS_AT_ONCE = 4;

    /** Fewer deleted rows are left to autovacuum. */
    private static final int VACUUM_ROWS_MIN = 1000;

    private final Vertx vertx;
    private final Bus bus;
    private final CleanupStore store;
    private final RetentionConfig config;
    private final Clock clock;
    private final Window window;
    private final Counter deleted;
    private final Counter dropped;
    private final RecordingPulse recording;
    private final Pace pace;
    private boolean atWork;
    private boolean wokenMeanwhile;
    private boolean stopping;
    private Promise<Void> idle = Promise.promise();

    Cleaner(Vertx vertx, Bus bus, CleanupStore store, RetentionConfig config, Clock clock, MeterRegistry meters) {
        this.vertx = vertx;
        this.bus = bus;
        this.store = store;
        this.config = config;
        this.clock = clock;
        this.window = config.window();
        this.recording = new RecordingPulse(meters);
        this.pace = new Pace(config);
        this.deleted = Counter.builder("runlog.retention.deleted")
                .description("Executions that cleanups deleted.")
                .register(meters);
        this.dropped = Counter.builder("runlog.retention.partitions.dropped")
                .description("Days that cleanups dropped whole.")
                .register(meters);
    }

    /** Goes to work where there is some and it is not at it already. */
    void wake() {
        if (atWork) {
            wokenMeanwhile = true;
            return;
        }
        if (stopping) {
            return;
        }
        atWork = true;
        wokenMeanwhile = false;
        idle = Promise.promise();
        runOnce()
                .onFailure(failure -> log.warn("Cleaning stops for now: {}", failure.toString()))
                .onComplete(done -> {
                    atWork = false;
                    idle.tryComplete();
                    if (done.succeeded() && wokenMeanwhile) {
                        wake();
                    }
                });
    }

    /** Works through everything that is open. */
    Future<Void> runOnce() {
        return findOpen().compose(open -> {
            if (open.isEmpty() || stopping) {
                return Future.succeededFuture();
            }
            return store.asCleaner(this::workThrough)
                    .compose(mine -> mine.isPresent()
                            ? Future.succeededFuture()
                            : pause(LOCKED_RETRY).compose(done -> runOnce()));
        });
    }

    /** Ends after the step that is under way. */
    Future<Void> stop() {
        stopping = true;
        return atWork ? idle.future() : Future.succeededFuture();
    }

    /** Answers a dry run with its figures. */
    Future<Cleanup> dryRun(Cleanup cleanup) {
        return store.prepare(cleanup)
                .compose(ready -> store.preview(cleanup, config.previewRowsMax()))
                .compose(found -> store.completeDryRun(cleanup.id(), found))
                .compose(done -> store.discard(cleanup.id()).map(done))
                .onSuccess(announcing(bus));
    }

    static Handler<Cleanup> announcing(Bus bus) {
        return cleanup -> bus.publish(new CleanupProgressed(cleanup));
    }

    private Future<Optional<Cleanup>> findOpen() {
        return store.findOpen(window.isOpen(clock.instant()));
    }

    private Future<Boolean> workThrough(CleanupSession session) {
        return findOpen()
                .compose(open -> open.isEmpty() || stopping
                        ? Future.succeededFuture(true)
                        : work(session, open.get()).compose(done -> workThrough(session)));
    }

    private Future<Void> work(CleanupSession session, Cleanup cleanup) {
        Future<Cleanup> worked = cleanup.dryRun()
                ? dryRun(cleanup)
                : begun(cleanup)
                        .compose(begun -> store.days(begun).compose(days -> workDays(session, begun, days, 0)))
                        .compose(over -> over
                                ? store.complete(cleanup.id()).onSuccess(announcing(bus))
                                : store.get(cleanup.id()))
                        .compose(now ->
                                now.state().isOver() ? store.discard(now.id()).map(now) : Future.succeededFuture(now));
        return worked.<Void>mapEmpty().recover(failure -> {
            if (failure instanceof RunlogException || WriteFailure.of(failure) == WriteFailure.AWAY) {
                // The database is away or too slow; it stays open and goes on later.
                return Future.failedFuture(failure);
            }
            UUID incident = Ids.next();
            log.error("Cleanup {} failed, incident {}", cleanup.id(), incident, failure);
            return store.fail(cleanup.id(), "Internal error; the server's log has it under " + incident + ".")
                    .onSuccess(announcing(bus))
                    .mapEmpty();
        });
    }

    private Future<Cleanup> begun(Cleanup cleanup) {
        if (cleanup.state() != Cleanup.State.PENDING) {
            log.info("Cleanup {} goes on after {} of {}.", cleanup.id(), cleanup.deleted(), cleanup.matched());
            return Future.succeededFuture(cleanup);
        }
        return store.prepare(cleanup)
                .compose(ready -> store.preview(cleanup, config.previewRowsMax()))
                .compose(found -> store.begin(cleanup.id(), found))
                .onSuccess(announcing(bus));
    }

    /** True once all days are done; false where it is to end before, for now or for good. */
    private Future<Boolean> workDays(CleanupSession session, Cleanup cleanup, List<CleanupDay> days, int index) {
        if (index == days.size()) {
            return Future.succeededFuture(true);
        }
        boolean closed = cleanup.policyId() != null && !window.isOpen(clock.instant());
        if (stopping || closed) {
            return Future.succeededFuture(false);
        }
        List<CleanupDay> whole = days.subList(index, days.size()).stream()
                .takeWhile(day -> day.isWhole(cleanup))
                .limit(DAYS_AT_ONCE)
                .toList();
        Future<Boolean> dropped = whole.isEmpty()
                ? Future.succeededFuture(false)
                : session.refreshSpared(cleanup).compose(done -> session.drop(cleanup, whole));
        return dropped.compose(done -> done
                        ? afterStep(cleanup).map(now -> now.state() == Cleanup.State.RUNNING)
                        : session.refreshSpared(cleanup).compose(ready -> workDay(session, cleanup, days.get(index))))
                .compose(open -> open
                        ? workDays(session, cleanup, days, index + (dropped.result() ? whole.size() : 1))
                        : Future.succeededFuture(false));
    }

    private Future<Boolean> workDay(CleanupSession session, Cleanup cleanup, CleanupDay day) {
        if (!isWorthRewriting(cleanup, day)) {
            return deleteRows(session, cleanup, day, 0);
        }
        return session.rewrite(cleanup, day)
                .compose(rewritten -> rewritten
                        ? afterStep(cleanup).map(now -> now.state() == Cleanup.State.RUNNING)
                        : deleteRows(session, cleanup, day, 0));
    }

    /** Copying what stays has to be worth it: it is of less than what goes, and that is not a few rows only. */
    private boolean isWorthRewriting(Cleanup cleanup, CleanupDay day) {
        return day.isBefore(cleanup)
                && day.going() >= config.rewriteRowsMin()
                && day.stored() - day.going() <= day.going() * config.rewriteShareMax();
    }

    /** Deletes a day's rows in batches, and comes back to those that others held. */
    private Future<Boolean> deleteRows(CleanupSession session, Cleanup cleanup, CleanupDay day, int round) {
        return deletePass(session, cleanup, day, null, round >= ROUNDS - PATIENT_ROUNDS, 0)
                .compose(rows -> {
                    if (rows < 0) {
                        return Future.succeededFuture(false);
                    }
                    return session.hasLeft(cleanup, day).compose(left -> {
                        if (left && round < ROUNDS && !stopping) {
                            // Where some went, what is left may have come since, and nobody is to be waited for.
                            Duration wait = rows > 0 ? Duration.ZERO : ROUND_PAUSE.multipliedBy(1L << round);
                            return pause(wait).compose(done -> deleteRows(session, cleanup, day, round + 1));
                        }
                        if (left) {
                            log.warn("Cleanup {} leaves rows of {} that others hold.", cleanup.id(), day.day());
                        }
                        return (rows >= VACUUM_ROWS_MIN ? session.vacuum(day) : Future.succeededFuture())
                                .map(done -> !stopping);
                    });
                });
    }

    /** One pass over a day; returns how many rows went, or -1 where the cleanup is over. */
    private Future<Long> deletePass(
            CleanupSession session, Cleanup cleanup, CleanupDay day, @Nullable UUID after, boolean patient, long so) {
        if (stopping) {
            return Future.succeededFuture(so);
        }
        long startedAt = System.nanoTime();
        return deleteBatch(session, cleanup, day, after, patient).compose(batch -> {
            if (!batch.open()) {
                return Future.succeededFuture(-1L);
            }
            UUID last = batch.last();
            if (last == null) {
                return Future.succeededFuture(so);
            }
            Duration rest = pace.after(Duration.ofNanos(System.nanoTime() - startedAt), recording.take());
            return afterStep(cleanup)
                    .compose(done -> pause(rest))
                    .compose(done -> deletePass(session, cleanup, day, last, patient, so + batch.rows()));
        });
    }

    private Future<Batch> deleteBatch(
            CleanupSession session, Cleanup cleanup, CleanupDay day, @Nullable UUID after, boolean patient) {
        return session.deleteBatch(cleanup, day, after, pace.size(), patient)
                .recover(failure -> WriteFailure.of(failure) == WriteFailure.CONTENTION
                        ? Future.succeededFuture(new Batch(0, null, true))
                        : Future.failedFuture(failure));
    }

    private long deletedSeen;
    private int droppedSeen;
    private @Nullable UUID seenOf;

    private Future<Cleanup> afterStep(Cleanup cleanup) {
        return store.get(cleanup.id())
                .onSuccess(now -> {
                    if (!now.id().equals(seenOf)) {
                        seenOf = now.id();
                        deletedSeen = cleanup.deleted();
                        droppedSeen = cleanup.partitionsDropped();
                    }
                    deleted.increment(now.deleted() - deletedSeen);
                    dropped.increment(now.partitionsDropped() - (double) droppedSeen);
                    deletedSeen = now.deleted();
                    droppedSeen = now.partitionsDropped();
                })
                .onSuccess(announcing(bus));
    }

    private Future<Void> pause(Duration time) {
        if (time.toMillis() < 1) {
            return Future.succeededFuture();
        }
        Promise<Void> over = Promise.promise();
        vertx.setTimer(time.toMillis(), timer -> over.complete());
        return over.future();
    }
}
