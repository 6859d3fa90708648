package dev.runlog.gateway.live;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.testing.Settings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Changes reach the subscribers of every event loop, in one order, even if a loop stands still meanwhile. */
final class ChangeHubTest {
    private static final int REPLAY_MAX = 10;
    private static final Viewer ALICE = new Viewer("alice", Set.of(Scope.READ));

    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = Bus.create(vertx, Duration.ofSeconds(5));
    private final ChangeHub hub = new ChangeHub(
            Settings.of("live").set("replay-events-max", REPLAY_MAX).as(GatewayConfig.Live.class),
            new SimpleMeterRegistry());
    private final List<Context> contexts = new ArrayList<>();
    private final List<LiveFeed> feeds = new ArrayList<>();

    @BeforeEach
    void start() {
        for (int loop = 0; loop < 3; loop++) {
            Context context = ((VertxInternal) vertx).createEventLoopContext();
            contexts.add(context);
            boolean first = loop == 0;
            feeds.add(on(context, () -> {
                if (first) {
                    hub.start(vertx, bus);
                }
                return LiveFeed.start(vertx, bus, hub);
            }));
        }
    }

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void offersTheSameChangesOnEveryLoop() {
        List<Events> subscribers = Stream.of(0, 1, 2).map(this::follow).toList();
        subscribers.forEach(subscriber -> assertThat(subscriber.next()).isEqualTo("SYNCED null"));

        for (int change = 0; change < 100; change++) {
            UUID id = publish();
            for (Events subscriber : subscribers) {
                assertThat(subscriber.next()).isEqualTo("ENTERED " + id);
            }
        }
    }

    @Test
    void restartsOnlyTheLoopThatIsFurtherBehindThanTheLog() {
        Events ofFirst = follow(0);
        Events ofSlow = follow(1);
        assertThat(ofFirst.next()).isEqualTo("SYNCED null");
        assertThat(ofSlow.next()).isEqualTo("SYNCED null");

        CountDownLatch release = block(contexts.get(1));
        for (int change = 0; change <= REPLAY_MAX; change++) {
            UUID id = publish();
            assertThat(ofFirst.next()).isEqualTo("ENTERED " + id);
        }
        release.countDown();

        assertThat(ofSlow.next()).isEqualTo("RESET null");
        assertThat(ofSlow.next()).isEqualTo("SYNCED null");
        UUID next = publish();
        assertThat(ofFirst.next()).isEqualTo("ENTERED " + next);
        assertThat(ofSlow.next()).isEqualTo("ENTERED " + next);
    }

    @Test
    void catchesUpWithinTheLog() {
        Events ofSlow = follow(2);
        assertThat(ofSlow.next()).isEqualTo("SYNCED null");

        CountDownLatch release = block(contexts.get(2));
        List<UUID> ids = Stream.generate(this::publish).limit(REPLAY_MAX).toList();
        release.countDown();

        for (UUID id : ids) {
            assertThat(ofSlow.next()).isEqualTo("ENTERED " + id);
        }
    }

    @Test
    void startsAfterTheChangesThatWereAnnouncedBefore() {
        CountDownLatch release = block(contexts.get(0));
        publish();
        Events late = follow(1);
        release.countDown();

        assertThat(late.next()).isEqualTo("SYNCED null");
        UUID id = publish();
        assertThat(late.next()).isEqualTo("ENTERED " + id);
    }

    @Test
    void startsNothingForASubscriberThatLeavesAtOnce() {
        CountDownLatch release = block(contexts.get(0));
        Events gone = follow(1);
        on(contexts.get(1), () -> {
            gone.subscription.cancel();
            return gone;
        });
        release.countDown();
        publish();

        Events other = follow(1);
        assertThat(other.next()).isEqualTo("SYNCED null");
        assertThat(gone.received).isEmpty();
    }

    private UUID publish() {
        Execution execution =
                Execution.running(Ids.next(), new UUID(0, 1), ALICE.subject()).build();
        bus.publish(new ExecutionsChanged(List.of(new Change(null, execution))));
        return execution.id();
    }

    private Events follow(int loop) {
        return on(contexts.get(loop), () -> {
            Events events = new Events();
            feeds.get(loop).executionChanges(ALICE, ExecutionQuery.all(), null).follow(events);
            return events;
        });
    }

    private static <T> T on(Context context, Supplier<T> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(now -> done.complete(work.get()));
        return await(done.future());
    }

    /** Keeps the event loop of a context busy until the latch is released. */
    private static CountDownLatch block(Context context) {
        CountDownLatch blocked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        context.runOnContext(now -> {
            blocked.countDown();
            awaitLatch(release);
        });
        awaitLatch(blocked);
        return release;
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    /** Requests everything, and keeps the kinds and IDs of events. */
    private static final class Events implements Subscriber<Object> {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private Subscription subscription;

        @Override
        public void onSubscribe(Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object item) {
            LiveEvent event = (LiveEvent) item;
            Execution execution = event.execution();
            received.add(event.kind() + " " + (execution == null ? null : execution.id()));
        }

        @Override
        public void onError(Throwable failure) {
            received.add(failure.toString());
        }

        @Override
        public void onComplete() {
            received.add("complete");
        }

        private String next() {
            try {
                return String.valueOf(received.poll(30, TimeUnit.SECONDS));
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        }
    }
}
