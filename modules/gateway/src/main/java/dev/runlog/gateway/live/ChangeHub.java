package dev.runlog.gateway.live;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.live.ChangeLog.Entry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Receives committed changes for all event loops. It adds them to the one log on its own loop, in one order, and then
 * wakes the {@link LiveFeed} of each loop, which offers them to its subscribers.
 */
public final class ChangeHub {
    private static final long VERIFY_AGAIN_MILLIS = 1000;

    private final GatewayConfig.Live config;
    private final ChangeLog log;
    private final ConcurrencyLimit snapshotQueries;
    private final List<LiveFeed> feeds = new CopyOnWriteArrayList<>();
    private final AtomicInteger subscribers = new AtomicInteger();
    private final Counter resets;
    private final Set<UUID> verifying = new HashSet<>();
    private final Set<UUID> verifyAgain = new HashSet<>();
    private volatile Cursors.Epoch epoch = new Cursors.Epoch();
    private volatile @Nullable Started started;

    /** The event loop that adds changes, and its bus. */
    private record Started(Vertx vertx, Context context, Bus bus) {}

    public ChangeHub(GatewayConfig.Live config, MeterRegistry meters) {
        this.config = config;
        this.log = new ChangeLog(config.replayEventsMax());
        this.snapshotQueries = new ConcurrencyLimit(config.snapshotQueriesMax());
        Gauge.builder("runlog.subscribers", subscribers, AtomicInteger::get)
                .description("Open subscriptions.")
                .register(meters);
        this.resets = Counter.builder("runlog.subscribers.resets")
                .description("Number of restarts of all subscribers after announcements may have been missed.")
                .register(meters);
    }

    /** Subscribes to announcements; they are handled on the caller's event loop. */
    public void start(Vertx vertx, Bus bus) {
        started = new Started(vertx, ((ContextInternal) vertx.getOrCreateContext()).unwrap(), bus);
        bus.subscribe(ExecutionsChanged.class, event -> onChanges(event.changes()));
        bus.onGap(this::reset);
    }

    /** Adds the feed of an event loop. */
    void add(LiveFeed feed) {
        feeds.add(feed);
    }

    GatewayConfig.Live config() {
        return config;
    }

    ChangeLog log() {
        return log;
    }

    ConcurrencyLimit snapshotQueries() {
        return snapshotQueries;
    }

    /** The current epoch. A feed that has an older one must restart its subscribers. */
    Cursors.Epoch epoch() {
        return epoch;
    }

    void onSubscribersChanged(int by) {
        subscribers.addAndGet(by);
    }

    /** Whether the context is that of the event loop that adds changes. */
    boolean isOn(Context context) {
        Started own = started;
        return own != null && own.context == context;
    }

    /**
     * Runs an action on the caller's context, once the log has every change that was announced before this call. A
     * client that subscribes after a reply therefore starts after the changes of that reply, on any loop.
     */
    void afterPending(Context caller, Runnable action) {
        Started own = started;
        if (own == null || own.context == caller) {
            action.run();
        } else {
            own.context.runOnContext(caughtUp -> caller.runOnContext(back -> action.run()));
        }
    }

    private void onChanges(List<Change> changes) {
        for (Change change : changes) {
            Entry entry = log.add(change);
            if (entry.disputed()) {
                verify(entry.execution().owner(), entry.execution().id());
            }
        }
        wake();
    }

    /** Restarts all subscribers: announcements of other servers may have been missed. */
    private void reset() {
        resets.increment();
        // Earlier cursors become invalid. The log stays, to keep late announcements in order.
        epoch = new Cursors.Epoch();
        wake();
    }

    /** Wakes the feeds of other loops first: the feed of this loop handles the changes before it returns. */
    private void wake() {
        for (int i = feeds.size() - 1; i >= 0; i--) {
            feeds.get(i).wake();
        }
    }

    /**
     * Reads the current state of an execution. The order of a hold and of other changes is unknown, as different
     * writers announce them. What is read is handled like a change, so it is read again until nothing is new.
     */
    private void verify(String owner, UUID id) {
        Started own = started;
        if (own == null) {
            return;
        }
        if (verifying.add(id)) {
            own.bus
                    .request(new LoadExecutions(watcher(owner), List.of(id)))
                    .onComplete(done -> {
                        verifying.remove(id);
                        if (verifyAgain.remove(id)) {
                            verify(owner, id);
                        }
                    })
                    .onSuccess(loaded -> onChanges(loaded.executions().stream()
                            .map(execution -> new Change(execution.status(), execution))
                            .toList()))
                    .onFailure(failure -> own.vertx.setTimer(VERIFY_AGAIN_MILLIS, timer -> verify(owner, id)));
        } else {
            verifyAgain.add(id);
        }
    }

    /** A viewer for an owner's executions; the scope was checked when the subscription started. */
    static Viewer watcher(String owner) {
        return new Viewer(owner, Set.of(Scope.READ));
    }
}
