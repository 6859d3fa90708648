package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.graphql.render.Fetch;
import dev.runlog.gateway.live.LiveFeed;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.LightDataFetcher;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Parts that resolvers share: the caller, the arguments, and the value of a field. */
final class Fields {
    private Fields() {}

    static Viewer viewer(DataFetchingEnvironment env) {
        return env.getGraphQlContext().get(Viewer.class);
    }

    /** The viewer, who must be allowed to read executions. */
    static Viewer reader(DataFetchingEnvironment env) {
        return viewer(env).require(Scope.READ);
    }

    /** The bus of the event loop that runs the operation. */
    static Bus bus(DataFetchingEnvironment env) {
        return env.getGraphQlContext().get(Bus.class);
    }

    /** The live feed of that event loop. */
    static LiveFeed feed(DataFetchingEnvironment env) {
        return env.getGraphQlContext().get(LiveFeed.class);
    }

    /** Sends requests; their replies count towards the memory of the response. */
    static Requests requests(DataFetchingEnvironment env) {
        return env.getGraphQlContext().get(Requests.class);
    }

    static Arguments arguments(DataFetchingEnvironment env) {
        return new Arguments(env.getArguments());
    }

    static Arguments arguments(Fetch fetch) {
        return new Arguments(fetch.arguments());
    }

    /**
     * Requires that an object is the viewer's. Operators see only the outline of another owner's execution or workflow.
     *
     * @param kind what the object is, for the message
     */
    static void requireOwn(Fetch fetch, String kind, String owner) {
        if (!owner.equals(fetch.viewer().subject())) {
            throw RunlogException.forbidden("Only the owner of this " + kind + " can see its `" + fetch.field() + "`.");
        }
    }

    /** A property of the object, which needs nothing from the environment. */
    static <S> LightDataFetcher<@Nullable Object> property(Class<S> type, Function<S, @Nullable Object> getter) {
        return new LightDataFetcher<>() {
            @Override
            public @Nullable Object get(
                    GraphQLFieldDefinition field, Object source, Supplier<DataFetchingEnvironment> environment) {
                return getter.apply(type.cast(source));
            }

            @Override
            public @Nullable Object get(DataFetchingEnvironment environment) {
                return getter.apply(type.cast(environment.getSource()));
            }
        };
    }

    static <T> DataFetcher<CompletionStage<T>> async(Function<DataFetchingEnvironment, Future<T>> resolver) {
        return env -> resolver.apply(env).toCompletionStage();
    }

    static @Nullable Long millis(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis();
    }
}
