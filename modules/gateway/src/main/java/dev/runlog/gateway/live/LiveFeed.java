package dev.runlog.gateway.live;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.live.ChangeLog.Entry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/** Delivers committed changes to subscribers. Used on the event loop that created it. */
public final class LiveFeed implements Channel.Feed {
    private static final int SNAPSHOT_PAGE = 100;
    /** Maximum delay of an announcement that a snapshot already contains and that is not to be reported again. */
    private static final long SETTLE_MILLIS = 10_000;

    private static final long VERIFY_AGAIN_MILLIS = 1000;

    private final Vertx vertx;
    private final Bus bus;
    private final GatewayConfig.Live config;
    private final ConcurrencyLimit snapshotQueries;
    private final Channels channels = new Channels();
    private final Map<UUID, Set<CleanupSubscription>> byCleanup = new HashMap<>();
    private final Set<UUID> verifying = new HashSet<>();
    private final Set<UUID> verifyAgain = new HashSet<>();
    private final Counter resets;
    private Cursors.Epoch epoch = new Cursors.Epoch();
    private final ChangeLog log;
    private int subscribers;

    private LiveFeed(Vertx vertx, Bus bus, GatewayConfig.Live config, MeterRegistry meters) {
        this.vertx = vertx;
        this.bus = bus;
        this.config = config;
        this.snapshotQueries = new ConcurrencyLimit(config.snapshotQueriesMax());
        this.log = new ChangeLog(config.replayEventsMax());
        Gauge.builder("runlog.subscribers", () -> subscribers)
                .description("Open subscriptions.")
                .register(meters);
        this.resets = Counter.builder("runlog.subscribers.resets")
                .description("Number of restarts of all subscribers after announcements may have been missed.")
                .register(meters);
    }

    /** Creates a feed and subscribes to announcements. */
    public static LiveFeed start(Vertx vertx, Bus bus, GatewayConfig.Live config, MeterRegistry meters) {
        LiveFeed feed = new LiveFeed(vertx, bus, config, meters);
        bus.subscribe(ExecutionsChanged.class, feed::onChanges);
        bus.subscribe(CleanupProgressed.class, feed::onCleanup);
        bus.onGap(feed::reset);
        return feed;
    }

    /**
     * Running executions, and queued ones if they are included: a snapshot, then each change; with a cursor, the
     * changes after it.
     */
    public LiveSource runningExecutions(
            Viewer viewer, @Nullable UUID workflowId, boolean includeQueued, @Nullable String after) {
        Set<ExecutionStatus> statuses = includeQueued
                ? EnumSet.of(ExecutionStatus.QUEUED, ExecutionStatus.RUNNING)
                : EnumSet.of(ExecutionStatus.RUNNING);
        return watching(new Watch(Watch.Type.RUNNING, viewer.subject(), workflowId, null, statuses), after);
    }

    /** Changes from now on; with a cursor, the changes after it. */
    public LiveSource executionChanges(
            Viewer viewer, @Nullable UUID workflowId, Set<ExecutionStatus> statuses, @Nullable String after) {
        return watching(new Watch(Watch.Type.CHANGES, viewer.subject(), workflowId, null, statuses), after);
    }

    /**
     * The current state of an execution, then each change. Fails with {@code NOT_FOUND} if the viewer cannot see it.
     */
    public LiveSource executionUpdated(Viewer viewer, UUID id) {
        return watching(new Watch(Watch.Type.EXECUTION, viewer.subject(), null, id, Set.of()), null);
    }

    /** The current state of a cleanup, then its progress until it ends. */
    public LiveSource cleanupProgress(Viewer viewer, UUID id) {
        return new LiveSource(
                subscriber -> {
                    CleanupSubscription subscription = new CleanupSubscription(
                            subscriber, () -> load(viewer, id), ended -> removeCleanup(id, ended));
                    byCleanup.computeIfAbsent(id, none -> new LinkedHashSet<>()).add(subscription);
                    subscribers++;
                    subscriber.onSubscribe(subscription);
                    subscription.refresh();
                },
                null);
    }

    /** Restarts all subscribers: announcements of other servers may have been missed. */
    private void reset() {
        resets.increment();
        // Earlier cursors become invalid. The log stays, to keep late announcements in order.
        epoch = new Cursors.Epoch();
        channels.list().forEach(Channel::restart);
        List.copyOf(byCleanup.values())
                .forEach(subscriptions -> List.copyOf(subscriptions).forEach(CleanupSubscription::refresh));
    }

    private LiveSource watching(Watch watch, @Nullable String after) {
        // Read now, so an invalid cursor is an error of the request.
        OptionalLong resumed =
                after == null ? OptionalLong.empty() : cursorsOf(watch).numberIn(after);
        Cursors.Epoch then = epoch;
        return new LiveSource(
                subscriber -> follow(watch, subscriber, after != null, then == epoch ? resumed : OptionalLong.empty()),
                null);
    }

    private void follow(Watch watch, Subscriber<? super LiveEvent> subscriber, boolean resumes, OptionalLong after) {
        Channel channel =
                channels.getOrCreate(watch, created -> new Channel(created, this, config.subscriberQueueMax()));
        LiveSubscription subscription = new LiveSubscription(channel, subscriber);
        channel.add(subscription);
        subscriber.onSubscribe(subscription);
        if (after.isPresent() && log.hasAllAfter(after.getAsLong())) {
            subscription.resume(after.getAsLong());
        } else if (resumes) {
            subscription.restart();
        } else {
            subscription.begin();
        }
    }

    private void onChanges(ExecutionsChanged event) {
        event.changes().forEach(this::onChange);
    }

    private void onChange(Change change) {
        Entry entry = log.add(change);
        channels.visit(entry.execution(), channel -> channel.offer(entry));
        if (entry.disputed()) {
            verify(entry.execution().owner(), entry.execution().id());
        }
    }

    /**
     * Reads the current state of an execution. The order of a hold and of other changes is unknown, as different
     * writers announce them. What is read is handled like a change, so it is read again until nothing is new.
     */
    private void verify(String owner, UUID id) {
        if (verifying.add(id)) {
            bus.request(new LoadExecutions(watcher(owner), List.of(id)))
                    .onComplete(done -> {
                        verifying.remove(id);
                        if (verifyAgain.remove(id)) {
                            verify(owner, id);
                        }
                    })
                    .onSuccess(loaded -> loaded.executions()
                            .forEach(execution -> onChange(new Change(execution.status(), execution))))
                    .onFailure(failure -> vertx.setTimer(VERIFY_AGAIN_MILLIS, timer -> verify(owner, id)));
        } else {
            verifyAgain.add(id);
        }
    }

    private void onCleanup(CleanupProgressed event) {
        List.copyOf(byCleanup.getOrDefault(event.cleanup().id(), Set.of()))
                .forEach(subscription -> subscription.offer(event.cleanup()));
    }

    /** A viewer for an owner's executions; the scope was checked when the subscription started. */
    private static Viewer watcher(String owner) {
        return new Viewer(owner, Set.of(Scope.READ));
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
            subscribers--;
            if (subscriptions.isEmpty()) {
                byCleanup.remove(id);
            }
        }
    }

    @Override
    public ChangeLog log() {
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
        subscribers += by;
    }

    /** All current executions of a watch, in pages, newest first. */
    private final class ListSnapshot implements LiveSubscription.Snapshot {
        private final Viewer viewer;
        private final ExecutionQuery query;
        private @Nullable Cursor after;
        private boolean exhausted;

        ListSnapshot(Watch watch) {
            this.viewer = watcher(watch.owner());
            this.query = ExecutionQuery.all().ofWorkflow(watch.workflowId()).withStatuses(watch.statuses());
        }

        @Override
        public Future<List<Execution>> next() {
            if (exhausted) {
                return Future.succeededFuture(List.of());
            }
            return snapshotQueries
                    .run(() -> bus.request(
                            new ListExecutions(viewer, query, PageRequest.firstAfter(SNAPSHOT_PAGE, after))))
                    .map(page -> {
                        List<Execution> executions = page.executions();
                        exhausted = !page.ends().hasNext();
                        if (!executions.isEmpty()) {
                            after = query.cursorOf(executions.get(executions.size() - 1));
                        }
                        return executions;
                    });
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
            return snapshotQueries
                    .run(() -> bus.request(new LoadExecutions(watcher(owner), List.of(id))))
                    .compose(loaded -> loaded.executions().isEmpty()
                            ? Future.failedFuture(RunlogException.notFound("Execution not found: " + id + "."))
                            : Future.succeededFuture(loaded.executions()));
        }
    }
}
