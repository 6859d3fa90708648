package dev.runlog.gateway.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.testing.Futures;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class AnswerThrottleTest {
    private static final long LARGE = 8 << 20;
    private static final long SMALL = 16 << 10;

    private final AnswerThrottle throttle = new AnswerThrottle(LARGE, 20);

    @Test
    void beginsSmallAnswersTogether(Vertx vertx) {
        onEventLoop(vertx, () -> {
            answer("ada", SMALL);

            assertThat(begin("ada", 100)).allMatch(Future::succeeded);
        });
    }

    @Test
    void makesLargeAnswersOfOneOwnerOneAtATime(Vertx vertx) {
        onEventLoop(vertx, () -> {
            answer("eve", LARGE);

            List<Future<Void>> flood = begin("eve", 3);

            assertThat(flood.stream().map(Future::isComplete)).containsExactly(true, false, false);
            assertThat(begin("ada", 3)).allMatch(Future::succeeded);
            // One that was refused for its size was work, too.
            throttle.end("eve", 3 * LARGE);
            assertThat(flood.stream().map(Future::isComplete)).containsExactly(true, true, false);
            throttle.end("eve", 0);
            assertThat(flood).allMatch(Future::succeeded);
        });
    }

    @Test
    void forgetsLargeAnswersAsSmallOnesFollow(Vertx vertx) {
        onEventLoop(vertx, () -> {
            answer("ada", LARGE);
            for (int i = 0; i < 60; i++) {
                answer("ada", SMALL);
            }

            assertThat(begin("ada", 100)).allMatch(Future::succeeded);
        });
    }

    @Test
    void refusesAFloodBeyondItsShareOfTheRoom(Vertx vertx) {
        onEventLoop(vertx, () -> {
            answer("eve", LARGE);
            answer("bob", LARGE);

            List<Future<Void>> flood = begin("eve", 30);

            assertThat(flood).filteredOn(Future::failed).isNotEmpty().allSatisfy(refused -> assertThat(refused.cause())
                    .isInstanceOf(RunlogException.class)
                    .hasMessage("This owner has too many waiting operations."));
            assertThat(begin("bob", 3)).noneMatch(Future::failed);
        });
    }

    private void answer(String owner, long bytes) {
        assertThat(throttle.begin(owner).succeeded()).isTrue();
        throttle.end(owner, bytes);
    }

    private List<Future<Void>> begin(String owner, int operations) {
        return new ArrayList<>(IntStream.range(0, operations)
                .mapToObj(i -> throttle.begin(owner))
                .toList());
    }

    private static void onEventLoop(Vertx vertx, Runnable test) {
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(now -> done.handle(Future.succeededFuture().map(start -> {
            test.run();
            return null;
        })));
        Futures.await(done.future());
    }
}
