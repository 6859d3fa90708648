package dev.runlog.retention;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupSession;
import dev.runlog.storage.cleanup.CleanupSession.StartedCleanup;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.WriteFailure;
import dev.runlog.storage.ledger.CleanupLedger;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the cleanups in the ledger one after the other. Each step updates the ledger in its own transaction. After a
 * crash, the next cleaner resumes the open cleanup, and the counts are still correct.
 */
final class Cleaner {
    private static final Logger log = LoggerFactory.getLogger(Cleaner.class);
    private static final Duration LOCKED_RETRY = Duration.ofSeconds(1);

    private final Database database;
    private final CleanupStore store;
    private final CleanupLedger ledger;
    private final RetentionConfig config;
    private final Clock clock;
    private final Window window;
    private final boolean runsPolicies;
    private final Progress progress;
    private boolean working;
    private boolean wakeRequested;
    private boolean stopping;
    private Promise<Void> idle = Promise.promise();

    /** @param runsPolicies whether to run cleanups of policies, in their window */
    Cleaner(Database database, RetentionConfig config, Clock clock, boolean runsPolicies, Progress progress) {
        this.database = database;
        this.store = new CleanupStore(database);
        this.ledger = new CleanupLedger(database);
        this.config = config;
        this.clock = clock;
        this.window = config.window();
        this.runsPolicies = runsPolicies;
        this.progress = progress;
    }

    /** Starts working, unless it is already working or stopping. */
    void wake() {
        if (working) {
            wakeRequested = true;
            return;
        }
        if (stopping) {
            return;
        }
        working = true;
        wakeRequested = false;
        idle = Promise.promise();
        runOnce()
                .onFailure(failure -> log.warn("Cleaning stops for now: {}", failure.toString()))
                .onComplete(done -> {
                    working = false;
                    idle.tryComplete();
                    if (done.succeeded() && wakeRequested) {
                        wake();
                    }
                });
    }

    /** Runs all open cleanups, once no other server is cleaning. */
    Future<Void> runOnce() {
        return stopping
                ? Future.succeededFuture()
                : store.asCleaner(this::runOpenCleanups)
                        .compose(result -> result.isPresent()
                                ? Future.succeededFuture()
                                : database.pause(LOCKED_RETRY).compose(done -> runOnce()));
    }

    /** Stops after the current step. */
    Future<Void> stop() {
        stopping = true;
        return working ? idle.future() : Future.succeededFuture();
    }

    private Future<Boolean> runOpenCleanups(CleanupSession session) {
        return ledger.findOpen(runsPolicies && window.isOpen(clock.instant()))
                .compose(open -> open.isEmpty() || stopping
                        ? settle(session).map(true)
                        : work(session, open.get())
                                .compose(done -> settle(session))
                                .compose(done -> runOpenCleanups(session)));
    }

    /** Does deferred work. If the server stops meanwhile, the next cleaner finishes it. */
    private Future<Void> settle(CleanupSession session) {
        return session.forgetEnded()
                .compose(done -> repeat(session::removeFiles))
                .compose(done -> repeat(session::settleDropped));
    }

    private Future<Void> repeat(Supplier<Future<Boolean>> step) {
        return stopping
                ? Future.succeededFuture()
                : step.get().compose(more -> more ? repeat(step) : Future.succeededFuture());
    }

    private Future<Void> work(CleanupSession session, Cleanup cleanup) {
        return start(session, cleanup)
                .compose(
                        started -> new CleanupRun(session, started, config, progress, () -> shouldPause(cleanup)).run())
                .compose(finished -> finished ? end(session, cleanup) : Future.succeededFuture())
                .recover(failure -> {
                    if (failure instanceof RunlogException || WriteFailure.of(failure) == WriteFailure.UNAVAILABLE) {
                        // The database is unavailable or too slow. The cleanup stays open and resumes later.
                        return Future.failedFuture(failure);
                    }
                    UUID incident = Ids.next();
                    log.error("Cleanup {} failed, incident {}", cleanup.id(), incident, failure);
                    return ledger.fail(
                                    cleanup.id(),
                                    RunlogException.internal(incident).getMessage())
                            .onSuccess(progress::announce)
                            .mapEmpty();
                });
    }

    private Future<Void> end(CleanupSession session, Cleanup cleanup) {
        return cleanup.criteria().deletesWorkflow()
                ? session.deleteWorkflow(cleanup).compose(progress::announceDeletion)
                : ledger.complete(cleanup.id()).onSuccess(progress::announce).mapEmpty();
    }

    private Future<StartedCleanup> start(CleanupSession session, Cleanup cleanup) {
        if (cleanup.state() == Cleanup.State.PENDING) {
            return session.begin(cleanup, config.previewRowsMax())
                    .onSuccess(started -> progress.announce(started.cleanup()));
        }
        log.info("Cleanup {} continues after {} of {}.", cleanup.id(), cleanup.deleted(), cleanup.matched());
        return session.resume(cleanup);
    }

    private boolean shouldPause(Cleanup cleanup) {
        return stopping || cleanup.policyId() != null && !window.isOpen(clock.instant());
    }
}
