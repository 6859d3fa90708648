package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.gateway.live.ChangeLog.Entry;
import dev.runlog.gateway.live.LiveEvent.Kind;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One subscriber. It gets the snapshot, page by page on demand; then the changes in the log since the snapshot began,
 * or since the given cursor; then live changes. Used on one event loop.
 *
 * <p>A subscriber with little demand costs little. The snapshot and the log are read on demand. Live changes wait in a
 * bounded queue; beyond the bound, they are read from the log on demand.
 */
final class LiveSubscription implements Subscription {
    /** The pages of a snapshot. */
    interface Snapshot {
        /** The next executions; may be empty before the end if finding them takes long. */
        Future<List<Execution>> next();

        /** Whether an empty list was the end. */
        default boolean isExhausted() {
            return true;
        }
    }

    private enum Phase {
        /** Waiting for {@link #begin}, {@link #resume} or {@link #reset}. */
        STARTING,
        SNAPSHOT,
        /** Reading the log after {@link #position}. */
        CATCHING_UP,
        /** Taking events from the channel. */
        LIVE
    }

    private static final Logger log = LoggerFactory.getLogger(LiveSubscription.class);

    private final Channel channel;
    private final Subscriber<? super LiveEvent> subscriber;
    /** Whether the snapshot is delivered in pages. */
    private final boolean inPages;

    private Phase phase = Phase.STARTING;
    /** {@code RESET} and {@code SYNCED}, which come before all other pending events. */
    private final Deque<LiveEvent> marks = new ArrayDeque<>(2);

    private @Nullable EventQueue queue;
    /** Number of the newest change that was delivered or skipped. */
    private long position;

    private @Nullable Snapshot snapshot;
    private Iterator<Execution> page = List.<Execution>of().iterator();
    private boolean fetching;
    /**
     * Executions that the subscriber knows. A change may already be in the snapshot, and then it is not reported. Once
     * no such announcement can arrive any more, changes alone decide what enters and leaves, and this is null.
     */
    private @Nullable Set<UUID> known;

    private boolean ended;
    private boolean delivering;
    private long demand;

    LiveSubscription(Channel channel, Subscriber<? super LiveEvent> subscriber, boolean inPages) {
        this.channel = channel;
        this.subscriber = subscriber;
        this.inPages = inPages;
    }

    /** Starts after a change. */
    void resume(long number) {
        position = number;
        phase = Phase.CATCHING_UP;
        deliver();
    }

    /** Starts with a snapshot, or with only a {@code SYNCED} event if the watch has none. */
    void begin() {
        position = channel.log().last();
        queue = null;
        page = List.<Execution>of().iterator();
        if (channel.watch().hasSnapshot()) {
            phase = Phase.SNAPSHOT;
            snapshot = channel.snapshot();
            fetching = false;
            known = new HashSet<>();
        } else {
            phase = Phase.CATCHING_UP;
            known = null;
            marks.add(mark(Kind.SYNCED, position));
        }
        deliver();
    }

    /** Starts again after events were missed, unless it has not started yet. */
    void restart() {
        if (phase != Phase.STARTING) {
            reset();
        }
    }

    /** Reports that events were missed, and starts again. */
    void reset() {
        if (!ended) {
            marks.clear();
            marks.add(mark(Kind.RESET, Cursors.NO_POSITION));
            begin();
        }
    }

    /** Takes a live change; ignored while the log is still to be read, which contains it. */
    void offer(LiveEvent event) {
        if (ended || phase != Phase.LIVE) {
            return;
        }
        LiveEvent news = asKnown(event);
        if (news == null) {
            return;
        }
        if (queue == null) {
            queue = new EventQueue(channel.queueMax());
        }
        if (!queue.add(news, known != null)) {
            // The queue is full: read the events from the log on demand instead.
            queue = null;
            known = null;
            phase = Phase.CATCHING_UP;
        }
        deliver();
    }

    /** Discards {@link #known}, kept for late announcements, if it can; returns whether it did. */
    boolean settle() {
        if (phase == Phase.LIVE) {
            known = null;
        }
        return ended || known == null;
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            fail(new IllegalArgumentException("Invalid demand: " + n + " (expected a positive number)."));
            return;
        }
        demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
        deliver();
    }

    @Override
    public void cancel() {
        end();
    }

    /** Ends with an error. */
    void fail(Throwable why) {
        if (!ended) {
            end();
            subscriber.onError(why);
        }
    }

    private void deliver() {
        if (delivering) {
            return;
        }
        delivering = true;
        while (!ended && demand > 0) {
            LiveEvent event = next();
            if (event == null) {
                break;
            }
            demand--;
            handOver(event);
        }
        delivering = false;
    }

    /** A subscriber that throws is ended; others wait for the same change. */
    private void handOver(LiveEvent event) {
        try {
            subscriber.onNext(event);
        } catch (RuntimeException failure) {
            log.error("A subscriber of {} failed", channel.watch().type(), failure);
            fail(failure);
        }
    }

    private @Nullable LiveEvent next() {
        LiveEvent mark = marks.poll();
        if (mark != null) {
            return mark;
        }
        return switch (phase) {
            case STARTING -> null;
            case SNAPSHOT -> nextOfSnapshot();
            case CATCHING_UP -> nextOfLog();
            case LIVE -> nextOfQueue();
        };
    }

    private @Nullable LiveEvent nextOfSnapshot() {
        List<Execution> entered = new ArrayList<>();
        while (page.hasNext() && (inPages || entered.isEmpty())) {
            Execution execution = page.next();
            if (known != null && known.add(execution.id())) {
                entered.add(execution);
            }
        }
        if (!entered.isEmpty()) {
            return inPages
                    ? LiveEvent.page(channel.cursors(), List.copyOf(entered))
                    : LiveEvent.of(Kind.ENTERED, channel.cursors(), Cursors.NO_POSITION, entered.get(0));
        }
        if (snapshot != null && !fetching) {
            fetch(snapshot);
        }
        return marks.poll();
    }

    private void fetch(Snapshot from) {
        fetching = true;
        from.next().onComplete(fetched -> {
            if (ended || snapshot != from) {
                return;
            }
            fetching = false;
            if (fetched.failed()) {
                fail(fetched.cause());
                return;
            }
            page = fetched.result().iterator();
            if (fetched.result().isEmpty() && from.isExhausted()) {
                snapshot = null;
                phase = Phase.CATCHING_UP;
                marks.add(mark(Kind.SYNCED, position));
                channel.settleLater(this);
            }
            deliver();
        });
    }

    private @Nullable LiveEvent nextOfLog() {
        ChangeLog.Reader log = channel.log();
        while (position < log.last()) {
            Entry entry = log.get(position + 1);
            if (entry == null) {
                reset();
                return marks.poll();
            }
            position++;
            LiveEvent event = channel.toEvent(entry);
            LiveEvent news = event == null ? null : asKnown(event);
            if (news != null) {
                return news;
            }
        }
        phase = Phase.LIVE;
        return null;
    }

    private @Nullable LiveEvent nextOfQueue() {
        LiveEvent event = queue == null ? null : queue.poll();
        if (event == null) {
            queue = null;
        } else {
            position = event.number();
        }
        return event;
    }

    /** The event in terms of what the subscriber knows; null if it is nothing new. */
    private @Nullable LiveEvent asKnown(LiveEvent event) {
        if (known == null || event.execution() == null) {
            return event;
        }
        UUID id = event.execution().id();
        if (event.kind() == Kind.LEFT) {
            return known.remove(id) ? event : null;
        }
        return event.as(known.add(id) ? Kind.ENTERED : Kind.UPDATED);
    }

    private LiveEvent mark(Kind kind, long number) {
        return LiveEvent.of(kind, channel.cursors(), number, null);
    }

    private void end() {
        if (!ended) {
            ended = true;
            queue = null;
            known = null;
            snapshot = null;
            channel.remove(this);
        }
    }
}
