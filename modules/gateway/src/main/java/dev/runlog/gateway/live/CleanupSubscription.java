package dev.runlog.gateway.live;

import dev.runlog.contract.retention.Cleanup;
import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** One subscriber of one cleanup; a slow one gets only the newest state. */
final class CleanupSubscription implements Subscription {
    private final Subscriber<? super Cleanup> subscriber;
    private final Supplier<Future<Cleanup>> load;
    private final Consumer<CleanupSubscription> onEnd;
    private @Nullable Cleanup waiting;
    private @Nullable Cleanup newest;
    /** Whether the viewer may see the cleanup, known once it was read. */
    private boolean admitted;

    private boolean ended;
    private long demand;

    CleanupSubscription(
            Subscriber<? super Cleanup> subscriber,
            Supplier<Future<Cleanup>> load,
            Consumer<CleanupSubscription> onEnd) {
        this.subscriber = subscriber;
        this.load = load;
        this.onEnd = onEnd;
    }

    /** Reads the current state: at the start, and when announcements may have been missed. */
    void refresh() {
        load.get()
                .onSuccess(cleanup -> {
                    admitted = true;
                    offer(cleanup);
                })
                .onFailure(this::fail);
    }

    /** Takes a state unless a newer one is known: a reply may arrive after a later announcement. */
    void offer(Cleanup cleanup) {
        if (ended || !admitted || newest != null && isOlder(cleanup, newest)) {
            return;
        }
        newest = cleanup;
        waiting = cleanup;
        deliver();
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

    private void fail(Throwable why) {
        if (!ended) {
            end();
            subscriber.onError(why);
        }
    }

    private static boolean isOlder(Cleanup one, Cleanup other) {
        return !one.state().isOver() && other.state().isOver()
                || one.state() == Cleanup.State.PENDING && other.state() != Cleanup.State.PENDING
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
