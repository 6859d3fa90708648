package dev.runlog.app.server;

import static dev.runlog.testing.Futures.await;
import static dev.runlog.testing.Futures.awaitFailure;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class VerticleGroupTest {
    private final List<String> stopped = new CopyOnWriteArrayList<>();

    @Test
    void runsItsVerticlesOnOneContext(Vertx vertx) {
        VerticleGroup group = await(VerticleGroup.deploy(vertx));
        Noted first = new Noted("first");
        Noted second = new Noted("second");

        await(group.start(first));
        await(group.start(second));

        assertThat(second.startedOn).isSameAs(first.startedOn);
        assertThat(second.thread).isSameAs(first.thread);
    }

    @Test
    void hasAnotherEventLoopThanTheGroupBefore(Vertx vertx) {
        VerticleGroup one = await(VerticleGroup.deploy(vertx));
        VerticleGroup other = await(VerticleGroup.deploy(vertx));
        Noted onOne = new Noted("one");
        Noted onOther = new Noted("other");

        await(one.start(onOne));
        await(other.start(onOther));

        assertThat(onOther.thread).isNotSameAs(onOne.thread);
    }

    @Test
    void stopsWhatIsLeftInTheOppositeOrder(Vertx vertx) {
        VerticleGroup group = await(VerticleGroup.deploy(vertx));
        Noted first = new Noted("first");
        Noted second = new Noted("second");
        Noted third = new Noted("third");
        await(group.start(first));
        await(group.start(second));
        await(group.start(third));

        await(group.stop(second));
        await(vertx.close());

        assertThat(stopped).containsExactly("second", "third", "first");
    }

    @Test
    void failsWithTheVerticleThatDoesNotStart(Vertx vertx) {
        VerticleGroup group = await(VerticleGroup.deploy(vertx));

        Throwable failure = awaitFailure(group.start(new VerticleBase() {
            @Override
            public Future<?> start() {
                throw new IllegalStateException("no port");
            }
        }));

        assertThat(failure).hasMessage("no port");
    }

    /** Notes where it was started, and that it was stopped. */
    private final class Noted extends VerticleBase {
        private final String name;
        private Context startedOn;
        private Thread thread;

        Noted(String name) {
            this.name = name;
        }

        @Override
        public Future<?> start() {
            startedOn = Vertx.currentContext();
            thread = Thread.currentThread();
            return Future.succeededFuture();
        }

        @Override
        public Future<?> stop() {
            stopped.add(name);
            return Future.succeededFuture();
        }
    }
}
