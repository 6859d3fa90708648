package dev.runlog.gateway.live;

import dev.runlog.gateway.live.ChangeLog.Entry;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** All subscribers of one watch: a change is matched once for all of them, and they get the same event. */
final class Channel {
    /** What it needs of the feed that it belongs to. */
    interface Feed {
        ChangeLog log();

        Cursors cursorsOf(Watch watch);

        LiveSubscription.Snapshot snapshot(Watch watch);

        void settleLater(LiveSubscription subscription);

        /** Told when the last subscriber is gone. */
        void onEmpty(Channel channel);

        void onCountChanged(int by);
    }

    private static final LiveSubscription[] NOBODY = {};

    private final Watch watch;
    private final Feed feed;
    private final int queueMax;
    private final Set<LiveSubscription> subscriptions = new LinkedHashSet<>();
    /** The same, to walk through while some leave; null after a change. */
    private LiveSubscription @Nullable [] walk;

    private Cursors cursors;

    Channel(Watch watch, Feed feed, int queueMax) {
        this.watch = watch;
        this.feed = feed;
        this.queueMax = queueMax;
        this.cursors = feed.cursorsOf(watch);
    }

    Watch watch() {
        return watch;
    }

    Cursors cursors() {
        return cursors;
    }

    ChangeLog log() {
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
        walk = null;
        feed.onCountChanged(1);
    }

    void remove(LiveSubscription subscription) {
        if (subscriptions.remove(subscription)) {
            walk = null;
            feed.onCountChanged(-1);
            if (subscriptions.isEmpty()) {
                feed.onEmpty(this);
            }
        }
    }

    void offer(Entry entry) {
        LiveEvent event = toEvent(entry);
        if (event != null) {
            for (LiveSubscription subscription : walk()) {
                subscription.offer(event);
            }
        }
    }

    /** Begins anew with all subscribers, as no cursor holds any more. */
    void restart() {
        cursors = feed.cursorsOf(watch);
        for (LiveSubscription subscription : walk()) {
            subscription.restart();
        }
    }

    /** What a change is to the subscribers; null where it is nothing. */
    @Nullable
    LiveEvent toEvent(Entry entry) {
        LiveEvent.Kind kind = watch.kindOf(entry);
        return kind == null ? null : new LiveEvent(kind, cursors, entry.number(), entry.execution());
    }

    private LiveSubscription[] walk() {
        LiveSubscription[] all = walk;
        if (all == null) {
            all = subscriptions.toArray(NOBODY);
            walk = all;
        }
        return all;
    }
}
