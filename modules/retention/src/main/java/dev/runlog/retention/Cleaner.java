package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupDay;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.WriteFailure;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries cleanups out, one after the other. Days of which nothing stays go out of sight first, then their files go;
 * then, day by day, those of which little stays are rewritten and of others rows are deleted in batches, the oldest
 * first. The ledger's row moves in the same transaction, so that a crash loses nothing and counts nothing twice:
 * whoever wakes goes on with what is open.
 */
final class Cleaner {
    private static final Logger log = LoggerFactory.getLogger(Cleaner.class);
    private static final Duration LOCKED_RETRY = Duration.ofSeconds(1);
    /** Everybody waits while they go out of sight, one or two milliseconds for each. */
    private static final int DAYS_AT_ONCE = 4;
    /** To find anew what stays below others plans a scan of every partition, and steps may be shorter than that. */
    private static final Duration SPARED_FOR = Duration.ofMillis(250);
    /** A day of many rows takes minutes, in which somebody may hold what its rows are below. */
    private static final Duration SPARED_FOR_IN_BATCHES = Duration.ofSeconds(1);

    private final Vertx vertx;
    private final CleanupStore store;
    private final RetentionConfig config;
    private final Clock clock;
    private final Window window;
    private final boolean ofPolicies;
    private final Progress progress;
    private final RecordingPulse recording;
    /** Once in a process's life it looks what a crash has left, whether there is work or not. */
    private boolean looked;

    private boolean atWork;
    private boolean wokenMeanwhile;
    private boolean stopping;
    /** Of the cleanup that it is at. */
    private Pace pace;

    /** When what is spared was found, by {@link System#nanoTime}. */
    private long sparedAt;

    private Promise<Void> idle = Promise.promise();

    /** @param ofPolicies whether to carry out cleanups of policies, in their window */
    Cleaner(
            Vertx vertx,
            Bus bus,
            CleanupStore store,
            RetentionConfig config,
            Clock clock,
            boolean ofPolicies,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.store = store;
        this.config = config;
        this.pace = new Pace(config);
        this.clock = clock;
        this.window = config.window();
        this.ofPolicies = ofPolicies;
        this.recording = new RecordingPulse(meters);
        this.progress = new Progress(store, bus, meters);
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
        return hasWork().compose(work -> {
            if (!work || stopping) {
                return Future.succeededFuture();
            }
            looked = true;
            return store.asCleaner(this::workThrough)
                    .compose(mine -> mine.isPresent()
                            ? Future.succeededFuture()
                            : pause(LOCKED_RETRY).compose(done -> runOnce()));
        });
    }

    private Future<Boolean> hasWork() {
        return !looked
                ? Future.succeededFuture(true)
                : findOpen().compose(open -> open.isPresent() ? Future.succeededFuture(true) : store.hasDropped());
    }

    /** Ends after the step that is under way. */
    Future<Void> stop() {
        stopping = true;
        return atWork ? idle.future() : Future.succeededFuture();
    }

    private Future<Optional<Cleanup>> findOpen() {
        return store.findOpen(ofPolicies && window.isOpen(clock.instant()));
    }

    private Future<Boolean> workThrough(CleanupSession session) {
        return findOpen()
                .compose(open -> open.isEmpty() || stopping
                        ? settle(session).map(true)
                        : work(session, open.get())
                                .compose(done -> settle(session))
                                .compose(done -> workThrough(session)));
    }

    /**
     * What nobody waits for: what cleanups that ended early have left, and rollups of workflows of what was dropped.
     */
    private Future<Void> settle(CleanupSession session) {
        return session.forgetOver().compose(done -> removeFiles(session)).compose(done -> settleDropped(session));
    }

    private Future<Void> settleDropped(CleanupSession session) {
        return stopping
                ? Future.succeededFuture()
                : session.settleDropped().compose(more -> more ? settleDropped(session) : Future.succeededFuture());
    }

    /** Where it is to stop, the next to be the cleaner removes the rest. */
    private Future<Void> removeFiles(CleanupSession session) {
        return stopping
                ? Future.succeededFuture()
                : session.removeFiles().compose(more -> more ? removeFiles(session) : Future.succeededFuture());
    }

    private Future<Void> work(CleanupSession session, Cleanup cleanup) {
        pace = new Pace(config);
        // What is prepared now knows what it spares.
        sparedAt = System.nanoTime() - (cleanup.state() == Cleanup.State.PENDING ? 0 : SPARED_FOR.toNanos());
        Future<Cleanup> worked = begun(session, cleanup)
                .compose(begun -> workAll(session, begun.cleanup(), begun.days()))
                .compose(over ->
                        over ? store.complete(cleanup.id()).onSuccess(progress.announcing()) : store.get(cleanup.id()))
                .compose(now -> now.state().isOver() ? noteSizes().map(now) : Future.succeededFuture(now));
        return worked.<Void>mapEmpty().recover(failure -> {
            if (failure instanceof RunlogException || WriteFailure.of(failure) == WriteFailure.AWAY) {
                // The database is away or too slow; it stays open and goes on later.
                return Future.failedFuture(failure);
            }
            UUID incident = Ids.next();
            log.error("Cleanup {} failed, incident {}", cleanup.id(), incident, failure);
            return store.fail(cleanup.id(), "Internal error; see the server log for incident " + incident + ".")
                    .onSuccess(progress.announcing())
                    .mapEmpty();
        });
    }

    /** What the cleanup did is done, whatever becomes of this; the hour brings it again. */
    private Future<Void> noteSizes() {
        return store.noteSizes().recover(failure -> {
            log.warn("Sizes were not noted: {}", failure.toString());
            return Future.succeededFuture();
        });
    }

    private Future<CleanupSession.Begun> begun(CleanupSession session, Cleanup cleanup) {
        if (cleanup.state() != Cleanup.State.PENDING) {
            log.info("Cleanup {} goes on after {} of {}.", cleanup.id(), cleanup.deleted(), cleanup.matched());
            return session.resume(cleanup);
        }
        return session.begin(cleanup, config.previewRowsMax())
                .onSuccess(begun -> progress.announcing().handle(begun.cleanup()));
    }

    /** True once all days are done; false where it is to end before, for now or for good. */
    private Future<Boolean> workAll(CleanupSession session, Cleanup cleanup, List<CleanupDay> days) {
        List<CleanupDay> whole =
                days.stream().filter(day -> day.isWhole(cleanup)).toList();
        Set<CleanupDay> dropped = new HashSet<>();
        return drop(session, cleanup, whole, DAYS_AT_ONCE, dropped)
                .compose(on -> on && !dropped.isEmpty() ? afterFiles(session, cleanup) : Future.succeededFuture(on))
                .compose(on -> on
                        ? workDays(
                                session,
                                cleanup,
                                days.stream()
                                        .filter(day -> !dropped.contains(day))
                                        .toList())
                        : Future.succeededFuture(false));
    }

    /** Takes whole days out of sight, and notes which; false where the cleanup is to end. */
    private Future<Boolean> drop(
            CleanupSession session, Cleanup cleanup, List<CleanupDay> days, int atOnce, Set<CleanupDay> dropped) {
        if (days.isEmpty() || isToPause(cleanup)) {
            return Future.succeededFuture(days.isEmpty());
        }
        List<CleanupDay> group = days.subList(0, Math.min(atOnce, days.size()));
        return knowSpared(session, cleanup, SPARED_FOR)
                .compose(known -> session.drop(cleanup, group))
                .compose(gone -> {
                    if (gone) {
                        dropped.addAll(group);
                        return progress.tellNowAndThen(cleanup).map(true);
                    }
                    // One of them may be why all of them stay.
                    return isOn(cleanup)
                            .compose(on -> on && group.size() > 1
                                    ? drop(session, cleanup, group, 1, dropped)
                                    : Future.succeededFuture(on));
                })
                .compose(on -> on
                        ? drop(session, cleanup, days.subList(group.size(), days.size()), atOnce, dropped)
                        : Future.succeededFuture(false));
    }

    /** The rows are gone, and space is free once the files are; false where the cleanup is to end. */
    private Future<Boolean> afterFiles(CleanupSession session, Cleanup cleanup) {
        return isOn(cleanup).compose(on -> removeFiles(session).map(done -> on && !stopping));
    }

    private Future<Boolean> workDays(CleanupSession session, Cleanup cleanup, List<CleanupDay> days) {
        if (days.isEmpty() || isToPause(cleanup)) {
            return Future.succeededFuture(days.isEmpty());
        }
        return knowSpared(session, cleanup, SPARED_FOR)
                .compose(known -> workDay(session, cleanup, days.get(0)))
                .compose(on ->
                        on ? workDays(session, cleanup, days.subList(1, days.size())) : Future.succeededFuture(false));
    }

    private Future<Void> knowSpared(CleanupSession session, Cleanup cleanup, Duration goodFor) {
        long now = System.nanoTime();
        return now - sparedAt < goodFor.toNanos()
                ? Future.succeededFuture()
                : session.refreshSpared(cleanup).onSuccess(found -> sparedAt = now);
    }

    private Future<Boolean> workDay(CleanupSession session, Cleanup cleanup, CleanupDay day) {
        boolean tried = isWorthRewriting(cleanup, day);
        Future<Boolean> rewritten = tried ? session.rewrite(cleanup, day) : Future.succeededFuture(false);
        return rewritten.compose(done -> {
            if (done) {
                return isOn(cleanup);
            }
            if (tried) {
                // It may have been given up as more is spared by now.
                sparedAt = System.nanoTime() - SPARED_FOR_IN_BATCHES.toNanos();
            }
            return new Deletion(
                            session,
                            cleanup,
                            day.day(),
                            pace,
                            recording,
                            progress,
                            this::pause,
                            () -> knowSpared(session, cleanup, SPARED_FOR_IN_BATCHES),
                            () -> isToPause(cleanup))
                    .run();
        });
    }

    private boolean isToPause(Cleanup cleanup) {
        return stopping || cleanup.policyId() != null && !window.isOpen(clock.instant());
    }

    /** Copying what stays has to be worth it: it is of less than what goes, and that is not a few rows only. */
    private boolean isWorthRewriting(Cleanup cleanup, CleanupDay day) {
        return day.isBefore(cleanup)
                && day.going() >= config.rewriteRowsMin()
                && day.stored() - day.going() <= day.going() * config.rewriteShareMax();
    }

    /** Tells how far it is; false where the cleanup was ended meanwhile. */
    private Future<Boolean> isOn(Cleanup cleanup) {
        return progress.tell(cleanup).map(now -> now.state() == Cleanup.State.RUNNING);
    }

    private Future<Void> pause(Duration time) {
        long millis = Math.round(time.toNanos() / 1e6);
        return millis < 1
                ? Future.succeededFuture()
                : vertx.timer(millis, TimeUnit.MILLISECONDS).mapEmpty();
    }
}
