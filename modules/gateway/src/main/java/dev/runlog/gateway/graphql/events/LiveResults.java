package dev.runlog.gateway.graphql.events;

import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.memory.AnswerMemory;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;

/** Delivers the results of subscriptions. */
public final class LiveResults {
    private final RenderedEvents rendered;
    private final AnswerMemory memory;

    public LiveResults(RenderedEvents rendered, AnswerMemory memory) {
        this.rendered = rendered;
        this.memory = memory;
    }

    /**
     * Delivers the results of a subscription that the engine answered with {@code answer}, each as the JSON text of a
     * response.
     */
    public void subscribe(GraphqlRequest request, Viewer viewer, Answer answer, Subscriber<? super String> subscriber) {
        LiveStream stream = answer.result().getData();
        RenderedEvents.Key key = new RenderedEvents.Key(
                viewer, request.query(), request.operationName(), variables(request, stream.cursorVariable()));
        stream.source()
                .follow(new RenderedSubscriber(
                        rendered,
                        rendered.enter(key),
                        event -> stream.renderer().render(event, memory),
                        answer,
                        subscriber));
    }

    private static Map<String, Object> variables(GraphqlRequest request, @Nullable String cursorVariable) {
        if (cursorVariable == null || !request.variables().containsKey(cursorVariable)) {
            return request.variables();
        }
        Map<String, Object> others = new HashMap<>(request.variables());
        others.remove(cursorVariable);
        return others;
    }
}
