package dev.runlog.gateway.graphql.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
final class CoalescingLoaderTest {
    private final List<List<Integer>> batches = new ArrayList<>();

    @Test
    void loadsTogetherWhatOneTurnAsksFor(Vertx vertx) {
        CoalescingLoader<Integer, String> loader = new CoalescingLoader<>(keys -> {
            batches.add(keys);
            return CompletableFuture.completedFuture(
                    keys.stream().map(key -> "n" + key).toList());
        });

        List<String> loaded = inOneTurn(vertx, loader, 1, 2, 1).await();

        assertThat(loaded).containsExactly("n1", "n2", "n1");
        assertThat(batches).containsExactly(List.of(1, 2));
    }

    @Test
    void failsForAllWhereTheLoadingThrows(Vertx vertx) {
        CoalescingLoader<Integer, String> loader = new CoalescingLoader<>(keys -> {
            throw new IllegalStateException("out of reach");
        });

        assertThatThrownBy(inOneTurn(vertx, loader, 1, 2)::await).hasMessageContaining("out of reach");
    }

    private static Future<List<String>> inOneTurn(
            Vertx vertx, CoalescingLoader<Integer, String> loader, Integer... keys) {
        Promise<List<String>> loaded = Promise.promise();
        vertx.getOrCreateContext().runOnContext(turn -> {
            List<Future<String>> asked = new ArrayList<>();
            for (Integer key : keys) {
                CompletionStage<String> value = loader.load(key);
                asked.add(Future.fromCompletionStage(value));
            }
            Future.all(asked).map(all -> all.<String>list()).onComplete(loaded);
        });
        return loaded.future();
    }
}
