package dev.runlog.gateway.graphql.render;

import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A property that is loaded for all objects of a level with one request. Its field must be nullable.
 *
 * @param <S> type of the objects
 * @param <K> type of the keys by which values are loaded
 * @param <V> type of the loaded values
 */
public final class Loaded<S, K, V> implements DataFetcher<Object> {
    /** Loads values by distinct keys. The reply may omit keys without a value. */
    public interface Batch<K, V> {
        Future<Map<K, V>> read(Fetch fetch, List<K> keys);
    }

    private final Class<S> source;
    private final Batch<K, V> batch;
    private final BiFunction<S, Fetch, @Nullable K> key;
    private final BiFunction<S, @Nullable V, @Nullable Object> value;

    /**
     * @param batch properties with the same batch are loaded together
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
        throw new UnsupportedOperationException("Rendered only: " + environment.getField().getName());
    }
}
