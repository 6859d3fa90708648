package dev.runlog.gateway.live;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.live.ReplayBuffer.Numbered;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * One subscriber: first the snapshot, page by page as it is asked for, then the changes that came meanwhile, then those
 * that come. All on one event loop.
 */
final class LiveSubscription implements Subscription {
    /** Where the pages of a snapshot come from. */
    interface Snapshot {
        /** The next executions; an empty list once there are no more. */
        Future<List<Execution>> next();
    }

    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Watch watch;
    private final Subscriber<? super LiveEvent> subscriber;
    private final GatewayConfig.Live config;
    private final ReplayBuffer replay;
    private final Runnable onEnd;
    private final EventQueue queue;
    private final List<Numbered> meanwhile = new ArrayList<>();
    /** Those that the subscriber knows; null where the changes alone tell what enters and leaves. */
    private @Nullable Set<UUID> known;

    private @Nullable Snapshot snapshot;
    private boolean fetching;
    private boolean ended;
    private boolean delivering;
    private long demand;
    private long waitingSince;

    LiveSubscription(
            Watch watch,
            Subscriber<? super LiveEvent> subscriber,
            GatewayConfig.Live config,
            ReplayBuffer replay,
            Runnable onEnd) {
        this.watch = watch;
        this.subscriber = subscriber;
        this.config = config;
        this.replay = replay;
        this.onEnd = onEnd;
        this.queue = new EventQueue(config.subscriberQueueMax());
    }

    Watch watch() {
        return watch;
    }

    /** Continues with what was missed. */
    void resume(List<Numbered> missed) {
        missed.forEach(this::offer);
    }

    /** Delivers what waits, or fetches what the subscriber has asked for already. */
    void nudge() {
        deliver();
    }

    /** Begins with what is there now. */
    void begin(Snapshot from) {
        snapshot = from;
        known = new HashSet<>();
    }

    /** Begins with nothing but a mark that changes come from here on. */
    void beginEmpty() {
        enqueue(new LiveEvent(LiveEvent.Kind.SYNCED, replay.cursor(), null));
    }

    /** Tells that something was missed before it begins anew. */
    void reset() {
        enqueue(new LiveEvent(LiveEvent.Kind.RESET, replay.cursor(), null));
    }

    /** Takes a change of the owner's executions. */
    void offer(Numbered numbered) {
        if (ended || watch.kindOf(numbered.change()) == null && !isKnown(numbered.change())) {
            return;
        }
        if (snapshot != null) {
            meanwhile.add(numbered);
            if (meanwhile.size() > config.replayEventsMax()) {
                fail(tooSlow());
            }
            return;
        }
        apply(numbered);
        deliver();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            fail(new IllegalArgumentException("The demand must be positive, not " + n + "."));
            return;
        }
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
        deliver();
    }

    @Override
    public void cancel() {
        end();
    }

    /** Ends it with a reason. */
    void fail(Throwable why) {
        if (!ended) {
            end();
            subscriber.onError(why);
        }
    }

    /** Ends who has asked for nothing for too long while something waited. */
    void checkPatience(long nowNanos) {
        if (!ended
                && demand == 0
                && !queue.isEmpty()
                && nowNanos - waitingSince > config.slowSubscriberTimeout().toNanos()) {
            fail(tooSlow());
        }
    }

    private static RunlogException tooSlow() {
        return RunlogException.overloaded("The subscriber is too slow for what happens.", RETRY_AFTER);
    }

    private boolean isKnown(Change change) {
        return known != null && known.contains(change.execution().id());
    }

    private void apply(Numbered numbered) {
        Change change = numbered.change();
        LiveEvent.Kind kind = kindOf(change);
        if (kind != null) {
            enqueue(new LiveEvent(kind, replay.cursor(numbered.number()), change.execution()));
        }
    }

    /** After a snapshot what counts is what the subscriber was shown: a change may be in the snapshot already. */
    private LiveEvent.@Nullable Kind kindOf(Change change) {
        LiveEvent.Kind kind = watch.kindOf(change);
        if (known == null || kind == null) {
            return kind;
        }
        UUID id = change.execution().id();
        if (kind == LiveEvent.Kind.LEFT) {
            return known.remove(id) ? kind : null;
        }
        return known.add(id) ? LiveEvent.Kind.ENTERED : LiveEvent.Kind.UPDATED;
    }

    private void enqueue(LiveEvent event) {
        if (queue.isEmpty()) {
            waitingSince = System.nanoTime();
        }
        if (!queue.add(event)) {
            fail(tooSlow());
        }
    }

    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        while (!ended && demand > 0) {
            LiveEvent event = queue.poll();
            if (event == null) {
                break;
            }
            demand--;
            waitingSince = System.nanoTime();
            subscriber.onNext(event);
        }
        delivering = false;
        if (!ended && demand > 0 && snapshot != null && !fetching) {
            fetch(snapshot);
        }
    }

    private void fetch(Snapshot from) {
        fetching = true;
        from.next().onComplete(page -> {
            fetching = false;
            if (ended) {
                return;
            }
            if (page.failed()) {
                fail(page.cause());
                return;
            }
            page.result().forEach(execution -> {
                if (known != null && known.add(execution.id())) {
                    enqueue(new LiveEvent(LiveEvent.Kind.ENTERED, replay.cursor(), execution));
                }
            });
            if (page.result().isEmpty()) {
                snapshot = null;
                enqueue(new LiveEvent(LiveEvent.Kind.SYNCED, replay.cursor(), null));
                meanwhile.forEach(this::apply);
                meanwhile.clear();
            }
            deliver();
        });
    }

    private void end() {
        if (!ended) {
            ended = true;
            queue.clear();
            meanwhile.clear();
            onEnd.run();
        }
    }
}
