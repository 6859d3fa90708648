package dev.runlog.gateway.graphql.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.testing.Futures;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class RenderedEventsTest {
    private final RenderedEvents events = new RenderedEvents(1000, new SimpleMeterRegistry());
    private final AtomicInteger renderings = new AtomicInteger();

    @Test
    void rendersAnEventOnceForTwoEventLoops(Vertx vertx) {
        RenderedEvents.Selection selection = events.enter(key("{ a }"));
        events.enter(key("{ a }"));
        Promise<String> rendering = Promise.promise();
        Context second = vertx.getOrCreateContext();

        Future<String> onFirst = events.render(selection, "event", () -> count(rendering.future()));
        Promise<Boolean> onSecond = Promise.promise();
        second.runOnContext(now -> {
            events.render(selection, "event", () -> count(rendering.future()))
                    .map(text -> text.equals("text") && Vertx.currentContext() == second)
                    .onComplete(onSecond);
            rendering.complete("text");
        });

        assertThat(Futures.await(onFirst)).isEqualTo("text");
        assertThat(Futures.await(onSecond.future())).isTrue();
        assertThat(renderings).hasValue(1);
    }

    @Test
    void rendersForEachSelection() {
        RenderedEvents.Selection first = events.enter(key("{ a }"));
        events.enter(key("{ a }"));
        RenderedEvents.Selection second = events.enter(key("{ b }"));
        events.enter(key("{ b }"));

        assertThat(render(first, "event", () -> Future.succeededFuture("a"))).isEqualTo("a");
        assertThat(render(second, "event", () -> Future.succeededFuture("b"))).isEqualTo("b");
        assertThat(render(first, "event", () -> Future.succeededFuture("c"))).isEqualTo("a");
    }

    @Test
    void forgetsWhatFailed() {
        RenderedEvents.Selection selection = events.enter(key("{ a }"));
        events.enter(key("{ a }"));

        assertThat(events.render(selection, "event", () -> Future.failedFuture("no"))
                        .failed())
                .isTrue();
        assertThat(render(selection, "event", () -> Future.succeededFuture("text")))
                .isEqualTo("text");
    }

    @Test
    void failsForAllWhenARendererThrows() {
        RenderedEvents.Selection selection = events.enter(key("{ a }"));
        events.enter(key("{ a }"));

        assertThat(events.render(selection, "event", () -> {
                            throw new IllegalStateException("broken");
                        })
                        .failed())
                .isTrue();
        assertThat(render(selection, "event", () -> Future.succeededFuture("text")))
                .isEqualTo("text");
    }

    @Test
    void rendersAgainWhatFailedOnAnotherLoop() {
        RenderedEvents.Selection selection = events.enter(key("{ a }"));
        events.enter(key("{ a }"));
        Promise<String> rendering = Promise.promise();
        events.render(selection, "event", rendering::future);

        Future<String> waiting = events.render(selection, "event", () -> Future.succeededFuture("text"));
        rendering.fail("This loop is overloaded.");

        assertThat(Futures.await(waiting)).isEqualTo("text");
    }

    @Test
    void keepsAsManyBytesAsItMay() {
        RenderedEvents.Selection selection = events.enter(key("{ a }"));
        events.enter(key("{ a }"));
        for (int i = 0; i < 10; i++) {
            render(selection, i, () -> count(Future.succeededFuture("text")));
        }

        render(selection, 9, () -> count(Future.succeededFuture("text")));
        assertThat(renderings).hasValue(10);
        render(selection, 0, () -> count(Future.succeededFuture("text")));
        assertThat(renderings).hasValue(11);
    }

    @Test
    void keepsNothingForOneSubscriber() {
        RenderedEvents.Selection selection = events.enter(key("{ a }"));
        events.enter(key("{ a }"));
        events.leave(selection);

        render(selection, "event", () -> count(Future.succeededFuture("text")));
        render(selection, "event", () -> count(Future.succeededFuture("text")));

        assertThat(renderings).hasValue(2);
    }

    private String render(RenderedEvents.Selection selection, Object event, Supplier<Future<String>> renderer) {
        return Futures.await(events.render(selection, event, renderer));
    }

    private Future<String> count(Future<String> rendering) {
        renderings.incrementAndGet();
        return rendering;
    }

    private static RenderedEvents.Key key(String query) {
        return new RenderedEvents.Key(new Viewer("alice", Set.of(Scope.READ)), query, null, Map.of());
    }
}
