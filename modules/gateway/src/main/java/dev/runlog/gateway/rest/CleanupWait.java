package dev.runlog.gateway.rest;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.gateway.live.LiveSource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Waits for the end of a cleanup, up to a time limit. */
final class CleanupWait implements Subscriber<Object> {
    private final Promise<Cleanup> result = Promise.promise();
    private Cleanup newest;
    private @Nullable Subscription subscription;

    private CleanupWait(Cleanup requested) {
        newest = requested;
    }

    /** The cleanup once it ended, or its current state when the time is up. */
    static Future<Cleanup> await(Vertx vertx, LiveSource progress, Cleanup requested, Duration atMost) {
        CleanupWait waiting = new CleanupWait(requested);
        progress.follow(waiting);
        long timer = vertx.setTimer(Math.max(1, atMost.toMillis()), timeIsUp -> waiting.stop());
        waiting.result.future().onComplete(done -> vertx.cancelTimer(timer));
        return waiting.result.future();
    }

    private void stop() {
        if (subscription != null) {
            subscription.cancel();
        }
        result.tryComplete(newest);
    }

    @Override
    public void onSubscribe(Subscription given) {
        subscription = given;
        given.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Object cleanup) {
        newest = (Cleanup) cleanup;
    }

    @Override
    public void onComplete() {
        result.tryComplete(newest);
    }

    /** The cleanup continues even if its progress cannot be read now. */
    @Override
    public void onError(Throwable failure) {
        result.tryComplete(newest);
    }
}
