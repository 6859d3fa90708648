package dev.runlog.gateway.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class OperationTurnsTest {
    private final List<String> begun = new ArrayList<>();

    @Test
    void beginsAtOnceWhereNothingWaits(Vertx vertx) {
        OperationTurns starts = new OperationTurns(10);

        List<String> atOnce = await(onEventLoop(vertx, () -> {
            starts.start("ada", () -> begin("ada"));
            return Future.succeededFuture(List.copyOf(begun));
        }));

        assertThat(atOnce).containsExactly("ada");
    }

    @Test
    void beginsAnotherOwnersOperationBeforeTheRestOfAFlood(Vertx vertx) {
        OperationTurns starts = new OperationTurns(1000);

        await(onEventLoop(vertx, () -> {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                all.add(starts.start("eve", () -> beginSlowly("eve")));
            }
            all.add(starts.start("ada", () -> begin("ada")));
            return Future.all(all);
        }));

        assertThat(begun).hasSize(51);
        assertThat(begun.indexOf("ada")).isLessThan(5);
    }

    @Test
    void refusesAFloodBeyondItsShareOfTheRoom(Vertx vertx) {
        OperationTurns starts = new OperationTurns(10);
        List<Future<?>> ofAda = new ArrayList<>();

        Future<?> flood = onEventLoop(vertx, () -> {
            List<Future<?>> ofEve = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                ofEve.add(starts.start("eve", () -> beginSlowly("eve")));
            }
            ofAda.add(starts.start("ada", () -> begin("ada")));
            return Future.join(ofEve);
        });

        assertThatThrownBy(() -> await(flood)).hasRootCauseMessage("This owner has too many waiting operations.");
        await(ofAda.get(0));
    }

    private Future<Void> begin(String owner) {
        begun.add(owner);
        return Future.succeededFuture();
    }

    private Future<Void> beginSlowly(String owner) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(2);
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return begin(owner);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private static <T> Future<T> onEventLoop(Vertx vertx, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(now -> work.get().onComplete(done));
        return done.future();
    }
}
