package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.gateway.live.ChangeLog.Entry;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** All subscribers of one watch. A change is matched once for all of them, and they share the event. */
final class Channel {
    /** The feed that it belongs to. */
    interface Feed {
        ChangeLog.Reader log();

        Cursors cursorsOf(Watch watch);

        LiveSubscription.Snapshot snapshot(Watch watch);

        void settleLater(LiveSubscription subscription);

        /** Called when the last subscriber has left. */
        void onEmpty(Channel channel);

        void onCountChanged(int by);
    }

    private static final LiveSubscription[] NO_SUBSCRIPTIONS = {};

    private final Watch watch;
    private final Feed feed;
    private final int queueMax;
    private final Set<LiveSubscription> subscriptions = new LinkedHashSet<>();
    /** Copy of the subscriptions for iteration, because they may leave meanwhile; null after a change. */
    private LiveSubscription @Nullable [] copy;

    private final ExecutionMatch match;
    private Cursors cursors;

    Channel(Watch watch, Feed feed, int queueMax) {
        this.watch = watch;
        this.feed = feed;
        this.queueMax = queueMax;
        this.match = ExecutionMatch.of(watch.query());
        this.cursors = feed.cursorsOf(watch);
    }

    Watch watch() {
        return watch;
    }

    Cursors cursors() {
        return cursors;
    }

    ChangeLog.Reader log() {
        return feed.log();
    }

    int queueMax() {
        return queueMax;
    }

    LiveSubscription.Snapshot snapshot() {
        return feed.snapshot(watch);
    }

    void settleLater(LiveSubscription subscription) {
        feed.settleLater(subscription);
    }

    void add(LiveSubscription subscription) {
        subscriptions.add(subscription);
        copy = null;
        feed.onCountChanged(1);
    }

    void remove(LiveSubscription subscription) {
        if (subscriptions.remove(subscription)) {
            copy = null;
            feed.onCountChanged(-1);
            if (subscriptions.isEmpty()) {
                feed.onEmpty(this);
            }
        }
    }

    void offer(Entry entry) {
        LiveEvent event = toEvent(entry);
        if (event != null) {
            for (LiveSubscription subscription : all()) {
                subscription.offer(event);
            }
        }
    }

    /** Restarts all subscribers, because all cursors have become invalid. */
    void restart() {
        cursors = feed.cursorsOf(watch);
        for (LiveSubscription subscription : all()) {
            subscription.restart();
        }
    }

    /** The event of a change; null if it does not concern this watch. */
    @Nullable
    LiveEvent toEvent(Entry entry) {
        LiveEvent.Kind kind = kindOf(entry);
        return kind == null ? null : LiveEvent.of(kind, cursors, entry.number(), entry.execution());
    }

    private LiveEvent.@Nullable Kind kindOf(Entry entry) {
        Execution execution = entry.execution();
        UUID only = watch.executionId();
        if (!watch.owner().equals(execution.owner()) || only != null && !only.equals(execution.id())) {
            return null;
        }
        boolean isIn = match.matches(execution);
        if (match.mayHaveMatched(entry.before(), entry.earlier(), execution)) {
            return isIn ? LiveEvent.Kind.UPDATED : LiveEvent.Kind.LEFT;
        }
        return isIn ? LiveEvent.Kind.ENTERED : null;
    }

    private LiveSubscription[] all() {
        LiveSubscription[] all = copy;
        if (all == null) {
            all = subscriptions.toArray(NO_SUBSCRIPTIONS);
            copy = all;
        }
        return all;
    }
}
