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
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.live.ReplayBuffer.Numbered;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * Hands committed changes to whoever watches them. A change costs only the subscribers of its owner. Everything runs on
 * the event loop that made it.
 */
public final class LiveFeed {
    private static final int SNAPSHOT_PAGE = 100;
    private static final long PATIENCE_CHECK_MILLIS = 1000;

    private final Bus bus;
    private final GatewayConfig.Live config;
    private final ReplayBuffer replay;
    private final Map<String, Set<LiveSubscription>> byOwner = new HashMap<>();
    private final Map<UUID, Set<CleanupSubscription>> byCleanup = new HashMap<>();
    private int subscribers;

    private LiveFeed(Bus bus, GatewayConfig.Live config, MeterRegistry meters) {
        this.bus = bus;
        this.config = config;
        this.replay = new ReplayBuffer(config.replayEventsMax());
        Gauge.builder("runlog.subscribers", () -> subscribers)
                .description("Subscriptions that are open.")
                .register(meters);
    }

    /** Begins to listen. */
    public static LiveFeed start(Vertx vertx, Bus bus, GatewayConfig.Live config, MeterRegistry meters) {
        LiveFeed feed = new LiveFeed(bus, config, meters);
        bus.subscribe(ExecutionsChanged.class, feed::onChanges);
        bus.subscribe(CleanupProgressed.class, feed::onCleanup);
        vertx.setPeriodic(PATIENCE_CHECK_MILLIS, timer -> feed.checkPatience());
        return feed;
    }

    /** What is running: a snapshot, then each change; or what came after a cursor. */
    public Publisher<LiveEvent> runningExecutions(Viewer viewer, @Nullable UUID workflowId, @Nullable String after) {
        return watching(new Watch(viewer, workflowId, null, Set.of(ExecutionStatus.RUNNING), true), after);
    }

    /** Changes from now on, or what came after a cursor. */
    public Publisher<LiveEvent> executionChanges(
            Viewer viewer, @Nullable UUID workflowId, Set<ExecutionStatus> statuses, @Nullable String after) {
        return watching(new Watch(viewer, workflowId, null, statuses, false), after);
    }

    /** One execution as it stands, then each change; fails with {@code NOT_FOUND} where the viewer sees none. */
    public Publisher<LiveEvent> executionUpdated(Viewer viewer, UUID id) {
        return watching(new Watch(viewer, null, id, Set.of(), true), null);
    }

    /** One cleanup as it stands, then as it moves on, until it is over. */
    public Publisher<Cleanup> cleanupProgress(Viewer viewer, UUID id) {
        return subscriber -> {
            CleanupSubscription subscription =
                    new CleanupSubscription(subscriber, ended -> remove(byCleanup, id, ended));
            add(byCleanup, id, subscription);
            subscriber.onSubscribe(subscription);
            bus.request(new LoadCleanups(viewer, List.of(id)))
                    .onSuccess(loaded -> loaded.cleanups().stream()
                            .findFirst()
                            .ifPresentOrElse(
                                    subscription::offer,
                                    () -> subscription.fail(
                                            RunlogException.notFound("There is no cleanup " + id + "."))))
                    .onFailure(subscription::fail);
        };
    }

    private Publisher<LiveEvent> watching(Watch watch, @Nullable String after) {
        // Read at once, so that a bad cursor is an error of the request.
        Optional<List<Numbered>> missed = after == null ? Optional.empty() : replay.after(after);
        return subscriber -> subscribe(watch, subscriber, after != null, missed);
    }

    private void subscribe(
            Watch watch, Subscriber<? super LiveEvent> subscriber, boolean comesBack, Optional<List<Numbered>> missed) {
        String owner = watch.viewer().subject();
        LiveSubscription[] self = new LiveSubscription[1];
        LiveSubscription subscription =
                new LiveSubscription(watch, subscriber, config, replay, () -> remove(byOwner, owner, self[0]));
        self[0] = subscription;
        // Changes are taken from here on, so that none falls between the snapshot and what follows it.
        add(byOwner, owner, subscription);
        subscriber.onSubscribe(subscription);
        if (missed.isPresent()) {
            subscription.resume(missed.get());
            return;
        }
        if (comesBack) {
            subscription.reset();
        }
        if (watch.snapshot()) {
            subscription.begin(snapshot(watch));
        } else {
            subscription.beginEmpty();
        }
        // Begins to fetch if something was asked for already.
        subscription.nudge();
    }

    private LiveSubscription.Snapshot snapshot(Watch watch) {
        return watch.executionId() == null
                ? new RunningSnapshot(watch)
                : new SingleSnapshot(watch.viewer(), watch.executionId());
    }

    private void onChanges(ExecutionsChanged event) {
        for (Change change : event.changes()) {
            Numbered numbered = replay.add(change);
            for (LiveSubscription subscription :
                    List.copyOf(byOwner.getOrDefault(change.execution().owner(), Set.of()))) {
                subscription.offer(numbered);
            }
        }
    }

    private void onCleanup(CleanupProgressed event) {
        List.copyOf(byCleanup.getOrDefault(event.cleanup().id(), Set.of()))
                .forEach(subscription -> subscription.offer(event.cleanup()));
    }

    private void checkPatience() {
        long now = System.nanoTime();
        List.copyOf(byOwner.values()).forEach(subscriptions -> List.copyOf(subscriptions)
                .forEach(subscription -> subscription.checkPatience(now)));
    }

    private <K, S> void add(Map<K, Set<S>> index, K key, S subscription) {
        index.computeIfAbsent(key, none -> new LinkedHashSet<>()).add(subscription);
        subscribers++;
    }

    private <K, S> void remove(Map<K, Set<S>> index, K key, S subscription) {
        Set<S> subscriptions = index.get(key);
        if (subscriptions != null && subscriptions.remove(subscription)) {
            subscribers--;
            if (subscriptions.isEmpty()) {
                index.remove(key);
            }
        }
    }

    /** All that run now, a page at a time, the newest first. */
    private final class RunningSnapshot implements LiveSubscription.Snapshot {
        private final Watch watch;
        private final ExecutionQuery query;
        private @Nullable Cursor after;
        private boolean exhausted;

        RunningSnapshot(Watch watch) {
            this.watch = watch;
            this.query = ExecutionQuery.all().ofWorkflow(watch.workflowId()).withStatuses(watch.statuses());
        }

        @Override
        public Future<List<Execution>> next() {
            if (exhausted) {
                return Future.succeededFuture(List.of());
            }
            return bus.request(new ListExecutions(watch.viewer(), query, PageRequest.firstAfter(SNAPSHOT_PAGE, after)))
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

    /** The one execution. */
    private final class SingleSnapshot implements LiveSubscription.Snapshot {
        private final Viewer viewer;
        private final UUID id;
        private boolean exhausted;

        SingleSnapshot(Viewer viewer, UUID id) {
            this.viewer = viewer;
            this.id = id;
        }

        @Override
        public Future<List<Execution>> next() {
            if (exhausted) {
                return Future.succeededFuture(List.of());
            }
            exhausted = true;
            return bus.request(new LoadExecutions(viewer.subject(), List.of(id)))
                    .compose(loaded -> loaded.executions().isEmpty()
                            ? Future.failedFuture(RunlogException.notFound("There is no execution " + id + "."))
                            : Future.succeededFuture(loaded.executions()));
        }
    }
}
