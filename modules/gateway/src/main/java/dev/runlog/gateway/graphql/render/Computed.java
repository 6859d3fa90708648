package dev.runlog.gateway.graphql.render;

import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** A property that depends on the request and needs nothing loaded. It may be refused. */
public final class Computed<S> implements DataFetcher<@Nullable Object> {
    private final Class<S> source;
    private final BiFunction<S, Fetch, @Nullable Object> getter;

    /** @param getter may throw a {@code RunlogException}, which becomes the field's error */
    public Computed(Class<S> source, BiFunction<S, Fetch, @Nullable Object> getter) {
        this.source = source;
        this.getter = getter;
    }

    @Nullable
    Object value(Object object, Fetch fetch) {
        return getter.apply(source.cast(object), fetch);
    }

    @Override
    public @Nullable Object get(DataFetchingEnvironment environment) {
        throw new UnsupportedOperationException(
                "Rendered only: " + environment.getField().getName());
    }
}
