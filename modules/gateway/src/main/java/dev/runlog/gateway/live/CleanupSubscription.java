package dev.runlog.gateway.live;

import dev.runlog.contract.retention.Cleanup;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One subscriber of one cleanup; who is slow gets the newest state. */
final class CleanupSubscription implements Subscription {
    private final Subscriber<? super Cleanup> subscriber;
    private final Consumer<CleanupSubscription> onEnd;
    private @Nullable Cleanup waiting;
    private @Nullable Cleanup newest;
    private boolean ended;
    private long demand;

    CleanupSubscription(Subscriber<? super Cleanup> subscriber, Consumer<CleanupSubscription> onEnd) {
        this.subscriber = subscriber;
        this.onEnd = onEnd;
    }

    /** Takes a state, unless a newer one is known: the first load may come after an announcement. */
    void offer(Cleanup cleanup) {
        if (ended || newest != null && isOlder(cleanup, newest)) {
            return;
        }
        newest = cleanup;
        waiting = cleanup;
        deliver();
    }

    void fail(Throwable why) {
        if (!ended) {
            end();
            subscriber.onError(why);
        }
    }

    @Override
    public void request(long n) {
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
        deliver();
    }

    @Override
    public void cancel() {
        end();
    }

    private static boolean isOlder(Cleanup one, Cleanup other) {
        return !one.state().isOver() && other.state().isOver()
                || one.state() == other.state() && one.deleted() < other.deleted();
    }

    private void deliver() {
        Cleanup next = waiting;
        if (ended || demand == 0 || next == null) {
            return;
        }
        demand--;
        waiting = null;
        subscriber.onNext(next);
        if (next.state().isOver() && !ended) {
            end();
            subscriber.onComplete();
        }
    }

    private void end() {
        if (!ended) {
            ended = true;
            onEnd.accept(this);
        }
    }
}
