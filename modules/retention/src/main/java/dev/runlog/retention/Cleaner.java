package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.storage.CleanupStore;
import dev.runlog.storage.CleanupStore.Batch;
import dev.runlog.storage.CleanupStore.Counted;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries cleanups out, one after the other, in batches of a transaction each. The ledger's row moves in the same
 * transaction, so that a crash loses nothing and counts nothing twice: whoever wakes goes on with what is open.
 */
final class Cleaner {
    private static final Logger log = LoggerFactory.getLogger(Cleaner.class);
    private static final int COUNT_ROWS = 20_000;
    private static final int FIRST_BATCH = 100;
    private static final long SLOW_MILLIS = 500;
    private static final long FAST_MILLIS = 100;
    private static final long LOCKED_RETRY_MILLIS = 1000;

    private final Vertx vertx;
    private final Bus bus;
    private final CleanupStore store;
    private final RetentionConfig config;
    private final Counter deleted;
    private boolean atWork;
    private boolean wokenMeanwhile;
    private boolean stopping;
    private Promise<Void> idle = Promise.promise();
    private int batchSize;

    Cleaner(Vertx vertx, Bus bus, CleanupStore store, RetentionConfig config, MeterRegistry meters) {
        this.vertx = vertx;
        this.bus = bus;
        this.store = store;
        this.config = config;
        this.batchSize = Math.min(FIRST_BATCH, config.batchSize());
        this.deleted = Counter.builder("runlog.retention.deleted")
                .description("Executions that cleanups deleted.")
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
        return store.findOpen().compose(open -> {
            if (open.isEmpty() || stopping) {
                return Future.succeededFuture();
            }
            return work(open.get()).compose(done -> runOnce());
        });
    }

    /** Ends after the batch that is under way. */
    Future<Void> stop() {
        stopping = true;
        return atWork ? idle.future() : Future.succeededFuture();
    }

    /** Answers a dry run with its figures. */
    Future<Cleanup> dryRun(Cleanup cleanup) {
        return countAll(cleanup, null, 0, 0)
                .compose(counted -> store.completeDryRun(cleanup.id(), counted))
                .onSuccess(announcing(bus));
    }

    static Handler<Cleanup> announcing(Bus bus) {
        return cleanup -> bus.publish(new CleanupProgressed(cleanup));
    }

    private Future<Void> work(Cleanup cleanup) {
        Future<Cleanup> worked = cleanup.dryRun()
                ? dryRun(cleanup)
                : begun(cleanup)
                        .compose(begun -> deleteAll(begun, null))
                        .compose(done -> stopping
                                ? store.get(cleanup.id())
                                : store.complete(cleanup.id()).onSuccess(announcing(bus)));
        return worked.<Void>mapEmpty().recover(failure -> {
            if (failure instanceof RunlogException) {
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
        return countAll(cleanup, null, 0, 0)
                .compose(counted -> store.begin(cleanup.id(), counted.rows()))
                .onSuccess(announcing(bus));
    }

    private Future<Counted> countAll(Cleanup cleanup, @Nullable UUID after, long rows, long bytes) {
        return store.count(cleanup.criteria(), cleanup.policyId(), after, COUNT_ROWS)
                .compose(counted -> {
                    long rowsSoFar = rows + counted.rows();
                    long bytesSoFar = bytes + counted.bytes();
                    return counted.rows() < COUNT_ROWS
                            ? Future.succeededFuture(new Counted(rowsSoFar, bytesSoFar, counted.last()))
                            : countAll(cleanup, counted.last(), rowsSoFar, bytesSoFar);
                });
    }

    private Future<Void> deleteAll(Cleanup cleanup, @Nullable UUID after) {
        if (stopping) {
            return Future.succeededFuture();
        }
        long startedAt = System.nanoTime();
        return store.deleteBatch(cleanup, after, batchSize).compose(batch -> {
            if (batch.lockTaken()) {
                return pause(LOCKED_RETRY_MILLIS).compose(done -> deleteAll(cleanup, after));
            }
            if (!batch.open() || batch.rows() == 0) {
                return Future.succeededFuture();
            }
            long millis = (System.nanoTime() - startedAt) / 1_000_000;
            return afterBatch(cleanup, batch, millis).compose(done -> deleteAll(cleanup, batch.last()));
        });
    }

    /** The slower the database answers, the less is asked of it, and the longer it is left alone. */
    private Future<Void> afterBatch(Cleanup cleanup, Batch batch, long millis) {
        deleted.increment(batch.rows());
        if (millis > SLOW_MILLIS) {
            batchSize = Math.max(1, batchSize / 2);
        } else if (millis < FAST_MILLIS) {
            batchSize = Math.min(config.batchSize(), batchSize * 2);
        }
        return store.get(cleanup.id())
                .onSuccess(announcing(bus))
                .compose(done -> pause((long) (millis * config.pauseFactor())));
    }

    private Future<Void> pause(long millis) {
        if (millis < 1) {
            return Future.succeededFuture();
        }
        Promise<Void> over = Promise.promise();
        vertx.setTimer(millis, timer -> over.complete());
        return over.future();
    }
}
