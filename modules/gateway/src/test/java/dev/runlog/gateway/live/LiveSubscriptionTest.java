package dev.runlog.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.gateway.live.LiveEvent.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * A subscriber ends with the stored state in any order in which snapshots, announcements, demand and
 * new connections meet. Free of threads, so that a seed is enough to see a failure again.
 */
final class LiveSubscriptionTest {
    private static final int ROUNDS = Integer.getInteger("runlog.live.rounds", 100) * 50;
    private static final long SEED = Long.getLong("runlog.seed", System.nanoTime());

    @Test
    void knowsWhatIsStoredWhateverTheOrder() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            World world = new World(new Random(random.nextLong()), false);
            world.run(80);
            assertThat(world.known)
                    .as("round " + round + " of -Drunlog.seed=" + SEED)
                    .isEqualTo(world.expected());
        }
    }

    @Test
    void sendsNothingTwiceOnOneConnection() {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            World world = new World(new Random(random.nextLong()), true);
            world.run(80);
            assertThat(world.doubles)
                    .as("round " + round + " of -Drunlog.seed=" + SEED)
                    .isEmpty();
            assertThat(world.known).isEqualTo(world.expected());
        }
    }

    /** A store, its announcements on their way, and one client. */
    private static final class World implements Channel.Feed, Subscriber<LiveEvent> {
        private static final int PAGE = 2;
        private static final Watch WATCH = new Watch(
                Watch.Type.RUNNING, "alice", null, ExecutionQuery.all().withStatuses(Set.of(ExecutionStatus.RUNNING)));

        private final Random random;
        /** One connection and no announcement that overtakes another of its execution. */
        private final boolean calm;

        private final Map<UUID, Execution> store = new TreeMap<>(Comparator.reverseOrder());
        private final List<Change> announcements = new ArrayList<>();
        private final List<Runnable> queries = new ArrayList<>();
        private final Channel channel;
        private final ChangeLog changes = new ChangeLog(12);
        private final ChangeLog.Reader log = changes.reader();
        private Cursors.Epoch epoch = new Cursors.Epoch();
        private int overtaken;
        private LiveSubscription subscription;
        private Subscription demand;
        private String cursor;
        final Map<UUID, String> known = new TreeMap<>();
        final List<String> doubles = new ArrayList<>();

        World(Random random, boolean calm) {
            this.random = random;
            this.calm = calm;
            this.channel = new Channel(WATCH, this, calm ? 100 : 3);
            connect();
        }

        void run(int acts) {
            for (int act = 0; act < acts; act++) {
                switch (random.nextInt(calm ? 8 : 11)) {
                    case 0, 1, 2 -> commit();
                    case 3 -> announce();
                    case 4 -> {
                        announce();
                        drain();
                    }
                    case 5 -> runQuery();
                    case 6, 7 -> demand.request(1 + random.nextInt(3));
                    case 8 -> reconnect();
                    case 9 -> subscription.settle();
                    default -> {
                        if (random.nextInt(4) == 0) {
                            reset();
                        }
                    }
                }
            }
            demand.request(Long.MAX_VALUE);
            while (!announcements.isEmpty() || !queries.isEmpty()) {
                announce();
                drain();
                runQuery();
            }
            drain();
        }

        Map<UUID, String> expected() {
            Map<UUID, String> running = new TreeMap<>();
            store.forEach((id, execution) -> {
                if (execution.status() == ExecutionStatus.RUNNING) {
                    running.put(id, state(execution));
                }
            });
            return running;
        }

        private void commit() {
            List<Execution> open = store.values().stream()
                    .filter(execution -> execution.status() == ExecutionStatus.RUNNING
                            || execution.status() == ExecutionStatus.CRASHED)
                    .toList();
            Execution before = open.isEmpty() || random.nextInt(3) == 0 ? null : open.get(random.nextInt(open.size()));
            Execution after = before == null
                    ? execution(Ids.next(), ExecutionStatus.RUNNING, Instant.EPOCH)
                    : execution(before.id(), next(before.status()), later(before));
            store.put(after.id(), after);
            announcements.add(new Change(before == null ? null : before.status(), after));
        }

        private ExecutionStatus next(ExecutionStatus status) {
            if (status == ExecutionStatus.CRASHED) {
                return ExecutionStatus.SUCCESS;
            }
            return List.of(ExecutionStatus.RUNNING, ExecutionStatus.CRASHED, ExecutionStatus.FAILED)
                    .get(random.nextInt(3));
        }

        private static Instant later(Execution execution) {
            Instant deadline = execution.heartbeatDeadline();
            return deadline == null ? Instant.EPOCH : deadline.plusSeconds(1);
        }

        /** One may be overtaken by others, but not by more than the log holds. */
        private void announce() {
            if (!announcements.isEmpty()) {
                int next = calm || overtaken == 5 ? 0 : random.nextInt(Math.min(3, announcements.size()));
                overtaken = next == 0 ? 0 : overtaken + 1;
                changes.add(announcements.remove(next));
            }
        }

        /** The loop of the client offers what was added. If it is too far behind, everything starts again. */
        private void drain() {
            while (log.hasNext()) {
                ChangeLog.Entry entry = log.next();
                if (entry == null) {
                    log.skip();
                    channel.restart();
                } else {
                    channel.offer(entry);
                }
            }
        }

        private void runQuery() {
            if (!queries.isEmpty()) {
                queries.remove(random.nextInt(queries.size())).run();
            }
        }

        private void reconnect() {
            subscription.cancel();
            connect();
        }

        private void connect() {
            subscription = new LiveSubscription(channel, this, random.nextBoolean());
            channel.add(subscription);
            onSubscribe(subscription);
            drain();
            OptionalLong after =
                    cursor == null ? OptionalLong.empty() : channel.cursors().numberIn(cursor);
            if (after.isPresent() && log.hasAllAfter(after.getAsLong())) {
                subscription.resume(after.getAsLong());
            } else if (cursor != null) {
                subscription.reset();
            } else {
                subscription.begin();
            }
        }

        private void reset() {
            epoch = new Cursors.Epoch();
            channel.restart();
        }

        @Override
        public void onSubscribe(Subscription made) {
            demand = made;
        }

        @Override
        public void onNext(LiveEvent event) {
            cursor = event.cursor();
            Execution execution = event.execution();
            for (Execution entered : event.entered()) {
                if (known.put(entered.id(), state(entered)) != null) {
                    doubles.add("page " + entered.id());
                }
            }
            if (event.kind() == Kind.RESET) {
                known.clear();
            } else if (event.kind() == Kind.LEFT) {
                if (known.remove(execution.id()) == null) {
                    doubles.add("LEFT " + execution.id());
                }
            } else if (execution != null) {
                if ((known.put(execution.id(), state(execution)) == null) != (event.kind() == Kind.ENTERED)) {
                    doubles.add(event.kind() + " " + execution.id());
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onComplete() {
            throw new AssertionError("It never completes.");
        }

        @Override
        public ChangeLog.Reader log() {
            return log;
        }

        @Override
        public Cursors cursorsOf(Watch watch) {
            return new Cursors(epoch, watch);
        }

        /** Reads the store when the query runs, and returns it then or later. */
        @Override
        public LiveSubscription.Snapshot snapshot(Watch watch) {
            UUID[] after = new UUID[1];
            return () -> {
                Promise<List<Execution>> page = Promise.promise();
                queries.add(() -> {
                    List<Execution> read = store.values().stream()
                            .filter(execution -> execution.status() == ExecutionStatus.RUNNING)
                            .filter(execution ->
                                    after[0] == null || execution.id().compareTo(after[0]) < 0)
                            .limit(PAGE)
                            .toList();
                    if (!read.isEmpty()) {
                        after[0] = read.get(read.size() - 1).id();
                    }
                    if (random.nextBoolean()) {
                        page.complete(read);
                    } else {
                        queries.add(() -> page.complete(read));
                    }
                });
                Future<List<Execution>> future = page.future();
                return future;
            };
        }

        @Override
        public void settleLater(LiveSubscription settling) {
            // The acts do.
        }

        @Override
        public void onEmpty(Channel empty) {
            // It stays the only one.
        }

        @Override
        public void onCountChanged(int by) {
            // Nobody counts.
        }

        private static String state(Execution execution) {
            return execution.status() + " " + execution.heartbeatDeadline();
        }

        private static Execution execution(UUID id, ExecutionStatus status, Instant deadline) {
            return Execution.running(id, new UUID(0, 1), "alice")
                    .status(status)
                    .finishedAt(status == ExecutionStatus.RUNNING ? null : Instant.EPOCH)
                    .heartbeat(deadline, deadline)
                    .build();
        }
    }
}
