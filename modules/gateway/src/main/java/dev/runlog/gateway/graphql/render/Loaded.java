package dev.runlog.gateway.graphql.render;

import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A property that is loaded for all objects of a level with one request. Its field must be nullable.
 *
 * @param <S> type of the objects
 * @param <K> type of the keys by which values are loaded
 * @param <V> type of the loaded values
 */
public final class Loaded<S, K, V> implements DataFetcher<Object> {
    /**
     * Loads values by their keys. Properties with the same batch are loaded together.
     *
     * @param group keys of equal groups are loaded with one request
     * @param read loads values by distinct keys of one group; may omit keys without a value
     */
    public record Batch<K, V>(Function<K, Object> group, BiFunction<Fetch, List<K>, Future<Map<K, V>>> read) {
        /** A batch with one request for all keys of a level. */
        public static <K, V> Batch<K, V> ofAll(BiFunction<Fetch, List<K>, Future<Map<K, V>>> read) {
            return new Batch<>(key -> "", read);
        }

        /** A batch with one request for each distinct key. */
        public static <K, V> Batch<K, V> ofEach(BiFunction<Fetch, K, Future<@Nullable V>> read) {
            return new Batch<>(key -> key, (fetch, keys) -> read.apply(fetch, keys.get(0))
                    .map(value -> value == null ? Map.of() : Map.of(keys.get(0), value)));
        }

        @SuppressWarnings("unchecked") // A key of this batch.
        Object groupOf(Object key) {
            return group.apply((K) key);
        }

        // Compared by identity, as its functions are.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private final Class<S> source;
    private final Batch<K, V> batch;
    private final BiFunction<S, Fetch, @Nullable K> key;
    private final BiFunction<S, @Nullable V, @Nullable Object> value;

    /**
     * @param key the key of an object, or null if nothing needs to be loaded for it; may throw a {@code
     *     RunlogException}, which becomes the field's error
     * @param value the property of an object, given what was loaded for its key
     */
    public Loaded(
            Class<S> source,
            Batch<K, V> batch,
            BiFunction<S, Fetch, @Nullable K> key,
            BiFunction<S, @Nullable V, @Nullable Object> value) {
        this.source = source;
        this.batch = batch;
        this.key = key;
        this.value = value;
    }

    Batch<K, V> batch() {
        return batch;
    }

    @Nullable
    Object key(Object object, Fetch fetch) {
        return key.apply(source.cast(object), fetch);
    }

    @SuppressWarnings("unchecked") // Loaded by this property's batch.
    @Nullable
    Object value(Object object, @Nullable Object loaded) {
        return value.apply(source.cast(object), (V) loaded);
    }

    @Override
    public Object get(DataFetchingEnvironment environment) {
        throw new UnsupportedOperationException(
                "Rendered only: " + environment.getField().getName());
    }
}
