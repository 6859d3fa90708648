package dev.runlog.gateway.live;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.live.ChangeLog.Entry;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/**
 * Delivers committed changes to the subscribers of one event loop. It is used on the loop that created it; the log, the
 * epoch and the limits are those of the {@link ChangeHub}.
 */
public final class LiveFeed implements Channel.Feed {
    /** Maximum delay of an announcement that a snapshot already contains and that is not to be reported again. */
    private static final long SETTLE_MILLIS = 10_000;

    private final Vertx vertx;
    private final Context context;
    private final Bus bus;
    private final ChangeHub hub;
    private final Channels channels = new Channels();
    private final Map<UUID, Set<CleanupSubscription>> byCleanup = new HashMap<>();
    private final ChangeLog.Reader log;
    private Cursors.Epoch epoch;
    /** Whether a call of {@link #drain} is queued. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private LiveFeed(Vertx vertx, Bus bus, ChangeHub hub) {
        this.vertx = vertx;
        this.context = ((ContextInternal) vertx.getOrCreateContext()).unwrap();
        this.bus = bus;
        this.hub = hub;
        this.epoch = hub.epoch();
        this.log = hub.log().reader();
    }

    /** Creates the feed of the calling event loop. */
    public static LiveFeed start(Vertx vertx, Bus bus, ChangeHub hub) {
        LiveFeed feed = new LiveFeed(vertx, bus, hub);
        bus.subscribe(CleanupProgressed.class, feed::onCleanup);
        hub.add(feed);
        return feed;
    }

    /** Creates the only feed of a gateway with one event loop. */
    public static LiveFeed start(Vertx vertx, Bus bus, GatewayConfig.Live config, MeterRegistry meters) {
        ChangeHub hub = new ChangeHub(config, meters);
        hub.start(vertx, bus);
        return start(vertx, bus, hub);
    }

    /**
     * Running executions that match a query, and queued ones if they are included: a snapshot, then each change; with a
     * cursor, the changes after it. Fails with {@code BAD_INPUT} for a condition that cannot be decided from one
     * execution, and for one on statuses.
     *
     * @param snapshotPages whether the snapshot comes in pages instead of one event for each execution
     */
    public LiveSource runningExecutions(
            Viewer viewer, ExecutionQuery query, boolean includeQueued, boolean snapshotPages, @Nullable String after) {
        if (!query.statuses().isEmpty()) {
            throw RunlogException.badInput(
                    "Invalid `filter`: `statuses` (expected none; `includeQueued` selects QUEUED and RUNNING).");
        }
        Set<ExecutionStatus> statuses = includeQueued
                ? EnumSet.of(ExecutionStatus.QUEUED, ExecutionStatus.RUNNING)
                : EnumSet.of(ExecutionStatus.RUNNING);
        return watching(
                new Watch(Watch.Type.RUNNING, viewer.subject(), null, query.withStatuses(statuses)),
                snapshotPages,
                after);
    }

    /**
     * Changes of executions that match a query, from now on; with a cursor, the changes after it. Fails with {@code
     * BAD_INPUT} for a condition that cannot be decided from one execution.
     */
    public LiveSource executionChanges(Viewer viewer, ExecutionQuery query, @Nullable String after) {
        return watching(new Watch(Watch.Type.CHANGES, viewer.subject(), null, query), false, after);
    }

    /**
     * The current state of an execution, then each change. Fails with {@code NOT_FOUND} if the viewer cannot see it.
     */
    public LiveSource executionUpdated(Viewer viewer, UUID id) {
        return watching(new Watch(Watch.Type.EXECUTION, viewer.subject(), id, ExecutionQuery.all()), false, null);
    }

    /** The current state of a cleanup, then its progress until it ends. */
    public LiveSource cleanupProgress(Viewer viewer, UUID id) {
        return subscriber -> {
            CleanupSubscription subscription =
                    new CleanupSubscription(subscriber, () -> load(viewer, id), ended -> removeCleanup(id, ended));
            byCleanup.computeIfAbsent(id, none -> new LinkedHashSet<>()).add(subscription);
            hub.onSubscribersChanged(1);
            subscriber.onSubscribe(subscription);
            subscription.refresh();
        };
    }

    private LiveSource watching(Watch watch, boolean inPages, @Nullable String after) {
        // Read now, so an invalid cursor or filter is an error of the request.
        ExecutionMatch unused = ExecutionMatch.of(watch.query());
        Cursors.Epoch then = hub.epoch();
        OptionalLong resumed = after == null ? OptionalLong.empty() : new Cursors(then, watch).numberIn(after);
        return subscriber -> follow(watch, inPages, subscriber, after != null, then, resumed);
    }

    private void follow(
            Watch watch,
            boolean inPages,
            Subscriber<? super LiveEvent> subscriber,
            boolean resumes,
            Cursors.Epoch epochOfCursor,
            OptionalLong after) {
        Channel channel = channels.getOrCreate(
                watch, created -> new Channel(created, this, hub.config().subscriberQueueMax()));
        LiveSubscription subscription = new LiveSubscription(channel, subscriber, inPages);
        channel.add(subscription);
        subscriber.onSubscribe(subscription);
        hub.afterPending(context, () -> {
            drain();
            if (after.isPresent() && epochOfCursor == epoch && log.hasAllAfter(after.getAsLong())) {
                subscription.resume(after.getAsLong());
            } else if (resumes) {
                subscription.reset();
            } else {
                subscription.begin();
            }
        });
    }

    /** Offers the new changes soon; called on the event loop of the hub. */
    void wake() {
        if (hub.isOn(context)) {
            drain();
        } else if (woken.compareAndSet(false, true)) {
            context.runOnContext(now -> drain());
        }
    }

    /** Offers the changes that this loop has not seen yet. */
    private void drain() {
        woken.set(false);
        Cursors.Epoch current = hub.epoch();
        if (epoch != current) {
            epoch = current;
            channels.list().forEach(Channel::restart);
            List.copyOf(byCleanup.values())
                    .forEach(subscriptions -> List.copyOf(subscriptions).forEach(CleanupSubscription::refresh));
        }
        while (log.hasNext()) {
            Entry entry = log.next();
            if (entry == null) {
                // This loop is further behind than the log reaches.
                log.skip();
                channels.list().forEach(Channel::restart);
                return;
            }
            channels.visit(entry.execution(), channel -> channel.offer(entry));
        }
    }

    private void onCleanup(CleanupProgressed event) {
        List.copyOf(byCleanup.getOrDefault(event.cleanup().id(), Set.of()))
                .forEach(subscription -> subscription.offer(event.cleanup()));
    }

    private Future<Cleanup> load(Viewer viewer, UUID id) {
        return bus.request(new LoadCleanups(viewer, List.of(id)))
                .compose(loaded -> loaded.cleanups().isEmpty()
                        ? Future.failedFuture(RunlogException.notFound("Cleanup not found: " + id + "."))
                        : Future.succeededFuture(loaded.cleanups().get(0)));
    }

    private void removeCleanup(UUID id, CleanupSubscription subscription) {
        Set<CleanupSubscription> subscriptions = byCleanup.get(id);
        if (subscriptions != null && subscriptions.remove(subscription)) {
            hub.onSubscribersChanged(-1);
            if (subscriptions.isEmpty()) {
                byCleanup.remove(id);
            }
        }
    }

    @Override
    public ChangeLog.Reader log() {
        return log;
    }

    @Override
    public Cursors cursorsOf(Watch watch) {
        return new Cursors(epoch, watch);
    }

    @Override
    public LiveSubscription.Snapshot snapshot(Watch watch) {
        return watch.executionId() == null
                ? new ListSnapshot(watch)
                : new SingleSnapshot(watch.owner(), watch.executionId());
    }

    @Override
    public void settleLater(LiveSubscription subscription) {
        vertx.setTimer(SETTLE_MILLIS, timer -> {
            if (!subscription.settle()) {
                settleLater(subscription);
            }
        });
    }

    @Override
    public void onEmpty(Channel channel) {
        channels.remove(channel);
    }

    @Override
    public void onCountChanged(int by) {
        hub.onSubscribersChanged(by);
    }

    /** All current executions of a watch, in pages, newest first. */
    private final class ListSnapshot implements LiveSubscription.Snapshot {
        private final Viewer viewer;
        private final ExecutionQuery query;
        private @Nullable Cursor after;
        private boolean exhausted;

        ListSnapshot(Watch watch) {
            this.viewer = ChangeHub.watcher(watch.owner());
            this.query = watch.query();
        }

        @Override
        public Future<List<Execution>> next() {
            if (exhausted) {
                return Future.succeededFuture(List.of());
            }
            PageRequest request = PageRequest.firstAfter(hub.config().snapshotPageSize(), after);
            return hub.snapshotQueries()
                    .run(() -> bus.request(new ListExecutions(viewer, query, request)))
                    .map(page -> {
                        List<Execution> executions = page.executions();
                        Cursor scannedTo = page.scannedTo();
                        exhausted = scannedTo == null && !page.ends().hasNext();
                        if (scannedTo != null) {
                            after = scannedTo;
                        } else if (!executions.isEmpty()) {
                            after = query.cursorOf(executions.get(executions.size() - 1));
                        }
                        return executions;
                    });
        }

        @Override
        public boolean isExhausted() {
            return exhausted;
        }
    }

    /** One execution. */
    private final class SingleSnapshot implements LiveSubscription.Snapshot {
        private final String owner;
        private final UUID id;
        private boolean exhausted;

        SingleSnapshot(String owner, UUID id) {
            this.owner = owner;
            this.id = id;
        }

        @Override
        public Future<List<Execution>> next() {
            if (exhausted) {
                return Future.succeededFuture(List.of());
            }
            exhausted = true;
            return hub.snapshotQueries()
                    .run(() -> bus.request(new LoadExecutions(ChangeHub.watcher(owner), List.of(id))))
                    .compose(loaded -> loaded.executions().isEmpty()
                            ? Future.failedFuture(RunlogException.notFound("Execution not found: " + id + "."))
                            : Future.succeededFuture(loaded.executions()));
        }
    }
}
