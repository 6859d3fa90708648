package dev.runlog.gateway.graphql.resolve;

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
 * Loads all keys requested in one turn of the event loop with one request, such as the workflows of the events of one
 * announcement. Caches nothing, so nothing becomes stale. Used on one event loop.
 */
public final class CoalescingLoader<K, V> {
    private static final int KEYS_MAX = 1000;

    private final BatchLoader<K, V> batch;
    private Map<K, CompletableFuture<V>> pending = new LinkedHashMap<>();

    public CoalescingLoader(BatchLoader<K, V> batch) {
        this.batch = batch;
    }

    CompletionStage<V> load(K key) {
        if (pending.isEmpty()) {
            Context context = Vertx.currentContext();
            if (context == null) {
                return batch.load(List.of(key)).thenApply(values -> values.get(0));
            }
            context.runOnContext(turn -> dispatch());
        }
        CompletableFuture<V> value = pending.computeIfAbsent(key, none -> new CompletableFuture<>());
        if (pending.size() == KEYS_MAX) {
            dispatch();
        }
        return value;
    }

    private void dispatch() {
        Map<K, CompletableFuture<V>> now = pending;
        pending = new LinkedHashMap<>();
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
