package dev.runlog.gateway.graphql.render;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.json.EncodedJson;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.live.LiveEvent;
import dev.runlog.gateway.memory.AnswerMemory;
import graphql.GraphQLError;
import graphql.execution.ExecutionContext;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Renders the events of one subscription, each as the JSON text of a response. */
public final class EventRenderer {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Plan plan;
    private final ExecutionContext context;

    EventRenderer(Plan plan, ExecutionContext context) {
        this.plan = plan;
        this.context = context;
    }

    /**
     * Renders an event, at once if nothing needs to be loaded. Fails with {@code OVERLOADED} if something could not be
     * loaded: a client that received the event's cursor would resume after an event that it did not receive.
     */
    public Future<String> render(Object event, AnswerMemory memory) {
        if (!plan.isLoading() && !(event instanceof LiveEvent live && live.isPage())) {
            // One execution: bounded by the limits of recording.
            return write(rendering(Allowance.UNLIMITED), event, bytes -> {});
        }
        AnswerMemory.Lease lease = memory.open(
                context.getGraphQLContext().<Viewer>get(Viewer.class).subject());
        Pending pending = rendering(lease);
        return Future.succeededFuture()
                .compose(begun -> pending.rendering().gather(event))
                .compose(done -> write(pending, event, lease::takeForOutput))
                .onComplete(done -> lease.close());
    }

    private record Pending(Rendering rendering, List<GraphQLError> errors) {}

    private Pending rendering(Allowance allowance) {
        List<GraphQLError> errors = new ArrayList<>(0);
        Bus bus = context.getGraphQLContext().get(Bus.class);
        return new Pending(new Rendering(plan, context, bus.within(allowance), allowance, errors::add), errors);
    }

    private Future<String> write(Pending pending, Object event, LongConsumer allowance) {
        try {
            EncodedJson value = pending.rendering().encode(event);
            if (pending.errors().stream().anyMatch(EventRenderer::isOverloaded)) {
                return Future.failedFuture(RunlogException.overloaded(
                        "An event could not be read. Resume after the last one received.", RETRY_AFTER));
            }
            return Future.succeededFuture(JsonWriter.write(response(value, pending.errors()), allowance)
                    .toString());
        } catch (RunlogException tooMuch) {
            return Future.failedFuture(tooMuch);
        }
    }

    private Map<String, @Nullable Object> response(@Nullable EncodedJson value, List<GraphQLError> errors) {
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        if (!errors.isEmpty()) {
            response.put(
                    "errors", errors.stream().map(GraphQLError::toSpecification).toList());
        }
        // The fields of subscriptions are not nullable.
        response.put(
                "data",
                value == null
                        ? null
                        : Collections.singletonMap(plan.root().key().getValue(), value));
        return response;
    }

    private static boolean isOverloaded(GraphQLError error) {
        return error.getExtensions() != null
                && ErrorCode.OVERLOADED.name().equals(error.getExtensions().get("code"));
    }
}
