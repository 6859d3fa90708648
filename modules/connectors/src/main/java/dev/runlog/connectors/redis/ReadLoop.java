package dev.runlog.connectors.redis;

import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One consumer of the group. It holds one batch at a time, and takes the next one only once that is recorded and
 * acknowledged: while recording or Redis is unavailable, it waits with that batch.
 */
final class ReadLoop {
    private final Vertx vertx;
    private final RedisStream stream;
    private final EntryRecorder recorder;
    private final RedisConfig config;
    private final RedisMetrics metrics;
    private final String consumer;
    private final Promise<Void> stopped = Promise.promise();
    private boolean stopping;
    private @Nullable Runnable wakeUp;
    private String scan = RedisStream.START;
    private long scanNanos = System.nanoTime();
    private int failures;

    ReadLoop(
            Vertx vertx,
            RedisStream stream,
            EntryRecorder recorder,
            RedisConfig config,
            RedisMetrics metrics,
            String consumer) {
        this.vertx = vertx;
        this.stream = stream;
        this.recorder = recorder;
        this.config = config;
        this.metrics = metrics;
        this.consumer = consumer;
    }

    void start() {
        repeat(() -> stream.forget(RedisStream.NOWHERE)).onComplete(ready -> next());
    }

    /** Settles the batch in progress, if recording and Redis are available, and leaves the group. */
    Future<Void> stop() {
        stopping = true;
        if (wakeUp != null) {
            wakeUp.run();
        }
        return stopped.future().eventually(() -> stream.forget(consumer).otherwiseEmpty());
    }

    private void next() {
        if (stopping) {
            stopped.complete();
            return;
        }
        boolean scans = System.nanoTime() - scanNanos >= 0;
        repeat(() -> stream.take(consumer, scans ? scan : RedisStream.NOWHERE))
                .compose(batch -> {
                    if (scans) {
                        scanned(batch);
                    }
                    metrics.taken(batch);
                    return batch.entries().isEmpty() ? pause(config.pollInterval()) : settle(batch);
                })
                .onComplete(done -> next());
    }

    private void scanned(Batch batch) {
        scan = batch.scan();
        if (scan.equals(RedisStream.START)) {
            scanNanos = System.nanoTime() + config.retryMin().toNanos();
        }
    }

    private Future<Void> settle(Batch batch) {
        return repeat(() -> recorder.record(batch.entries()))
                .compose(settlement -> repeat(() -> stream.settle(consumer, settlement))
                        .map(letters -> {
                            metrics.settled(batch, settlement, letters);
                            return null;
                        }));
    }

    /** Tries until it succeeds, or fails after the loop is to stop. */
    private <T> Future<T> repeat(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        attempt(work, done);
        return done.future();
    }

    private <T> void attempt(Supplier<Future<T>> work, Promise<T> done) {
        work.get()
                .onSuccess(result -> {
                    failures = 0;
                    done.complete(result);
                })
                .onFailure(failure -> {
                    if (stopping) {
                        done.fail(failure);
                        return;
                    }
                    failures++;
                    pause(backoff(failure)).onComplete(now -> attempt(work, done));
                });
    }

    private Duration backoff(Throwable failure) {
        double factor = Math.pow(2, failures - 1.0);
        long millis = (long) Math.min(
                config.retryMin().toMillis() * factor, config.retryMax().toMillis());
        Duration hint = failure instanceof RunlogException known ? known.retryAfter() : null;
        return hint == null ? Duration.ofMillis(millis) : Duration.ofMillis(Math.max(millis, hint.toMillis()));
    }

    /** Waits; less if the loop is to stop. */
    private Future<Void> pause(Duration duration) {
        if (stopping) {
            return Future.succeededFuture();
        }
        Promise<Void> over = Promise.promise();
        long timer = vertx.setTimer(Math.max(1, duration.toMillis()), fired -> over.tryComplete());
        wakeUp = () -> {
            vertx.cancelTimer(timer);
            over.tryComplete();
        };
        return over.future();
    }
}
