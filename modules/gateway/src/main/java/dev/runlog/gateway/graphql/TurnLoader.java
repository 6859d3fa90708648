package dev.runlog.gateway.graphql;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dataloader.BatchLoader;

/**
 * Loads together what is asked for in one turn of the event loop, such as the workflows of all events that an
 * announcement brings. It keeps nothing, so that nothing grows old. On one event loop.
 */
final class TurnLoader<K, V> {
    private static final int KEYS_MAX = 1000;

    private final BatchLoader<K, V> batch;
    private Map<K, CompletableFuture<V>> asked = new LinkedHashMap<>();

    TurnLoader(BatchLoader<K, V> batch) {
        this.batch = batch;
    }

    CompletionStage<V> load(K key) {
        if (asked.isEmpty()) {
            Context context = Vertx.currentContext();
            if (context == null) {
                return batch.load(List.of(key)).thenApply(values -> values.get(0));
            }
            context.runOnContext(turn -> dispatch());
        }
        CompletableFuture<V> value = asked.computeIfAbsent(key, none -> new CompletableFuture<>());
        if (asked.size() == KEYS_MAX) {
            dispatch();
        }
        return value;
    }

    private void dispatch() {
        Map<K, CompletableFuture<V>> now = asked;
        asked = new LinkedHashMap<>();
        if (now.isEmpty()) {
            return;
        }
        loaded(now.keySet()).whenComplete((values, failure) -> {
            int next = 0;
            for (CompletableFuture<V> value : now.values()) {
                if (failure != null) {
                    value.completeExceptionally(failure);
                } else {
                    value.complete(values.get(next++));
                }
            }
        });
    }

    private CompletionStage<List<V>> loaded(Collection<K> keys) {
        try {
            return batch.load(List.copyOf(keys));
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        }
    }
}
