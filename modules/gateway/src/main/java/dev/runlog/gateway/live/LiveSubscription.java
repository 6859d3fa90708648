package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.gateway.live.ChangeLog.Entry;
import dev.runlog.gateway.live.LiveEvent.Kind;
import io.vertx.core.Future;
import java.util.ArrayDeque;
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
 * One subscriber: first the snapshot, page by page as it is asked for; then what the log has of the time since the
 * snapshot began, or since the cursor that was handed back; then the changes that come. All on one event loop.
 *
 * <p>Who asks for little costs little. A snapshot and the log are read as they are asked for; changes that come wait in
 * a bounded queue, and beyond its bound they are read from the log once they are asked for.
 */
final class LiveSubscription implements Subscription {
    /** Where the pages of a snapshot come from. */
    interface Snapshot {
        /** The next executions; an empty list once there are no more. */
        Future<List<Execution>> next();
    }

    private enum Phase {
        SNAPSHOT,
        /** Reads the log after {@link #position}. */
        CATCHING_UP,
        /** Takes what the channel offers. */
        LIVE
    }

    private static final Logger log = LoggerFactory.getLogger(LiveSubscription.class);

    private final Channel channel;
    private final Subscriber<? super LiveEvent> subscriber;
    private Phase phase = Phase.SNAPSHOT;
    /** {@code RESET} and {@code SYNCED}, which come before anything else that waits. */
    private final Deque<LiveEvent> marks = new ArrayDeque<>(2);

    private @Nullable EventQueue queue;
    /** The number of the newest change that the subscriber was told of, or need not be. */
    private long position;

    private @Nullable Snapshot snapshot;
    private Iterator<Execution> page = List.<Execution>of().iterator();
    private boolean fetching;
    /**
     * Those that the subscriber knows. A change may be in the snapshot already, and so tell nothing; once no such
     * announcement can be on its way any more, the changes alone say what enters and leaves, and this is null.
     */
    private @Nullable Set<UUID> known;

    private boolean ended;
    private boolean delivering;
    private long demand;

    LiveSubscription(Channel channel, Subscriber<? super LiveEvent> subscriber) {
        this.channel = channel;
        this.subscriber = subscriber;
    }

    /** Continues after a change. */
    void resume(long number) {
        position = number;
        phase = Phase.CATCHING_UP;
        deliver();
    }

    /** Begins with what is there now, or with nothing but a mark that changes come from here on. */
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

    /** Tells that something was missed, and begins anew. */
    void restart() {
        if (!ended) {
            marks.clear();
            marks.add(mark(Kind.RESET, Cursors.NOWHERE));
            begin();
        }
    }

    /** Takes a change, unless it finds it in the log later. */
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
            // It holds more than it may. The log has the same again, for when it is asked for.
            queue = null;
            known = null;
            phase = Phase.CATCHING_UP;
        }
        deliver();
    }

    /** Forgets what it knew for the sake of announcements that came late; returns whether it was in a state to. */
    boolean settle() {
        if (phase == Phase.LIVE) {
            known = null;
        }
        return ended || known == null;
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

    /** A subscriber that throws ends itself and nobody else: others wait for the same change. */
    private void handOver(LiveEvent event) {
        try {
            subscriber.onNext(event);
        } catch (RuntimeException failure) {
            log.error("A subscriber of {} failed", channel.watch().kind(), failure);
            end();
        }
    }

    private @Nullable LiveEvent next() {
        LiveEvent mark = marks.poll();
        if (mark != null) {
            return mark;
        }
        return switch (phase) {
            case SNAPSHOT -> nextOfSnapshot();
            case CATCHING_UP -> nextOfLog();
            case LIVE -> nextOfQueue();
        };
    }

    private @Nullable LiveEvent nextOfSnapshot() {
        while (page.hasNext()) {
            Execution execution = page.next();
            if (known != null && known.add(execution.id())) {
                return new LiveEvent(Kind.ENTERED, channel.cursors(), Cursors.NOWHERE, execution);
            }
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
            if (fetched.result().isEmpty()) {
                snapshot = null;
                phase = Phase.CATCHING_UP;
                marks.add(mark(Kind.SYNCED, position));
                channel.settleLater(this);
            }
            deliver();
        });
    }

    private @Nullable LiveEvent nextOfLog() {
        ChangeLog log = channel.log();
        if (!log.hasAllAfter(position)) {
            restart();
            return marks.poll();
        }
        while (position < log.last()) {
            Entry entry = log.get(++position);
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

    /** The event for one who knows what this one knows; null where it says nothing new. */
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
        return new LiveEvent(kind, channel.cursors(), number, null);
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
