package dev.runlog.gateway.graphql.render;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.live.LiveSource;
import dev.runlog.gateway.memory.AnswerMemory;
import graphql.execution.reactive.SubscriptionPublisher;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/**
 * The selections that have subscribers. Subscriptions with the same query, variables and viewer share one, so an event
 * is executed and written once for all of them. Used on one event loop.
 */
public final class Selections {
    /** Subscriptions with equal keys have the same results. */
    record Key(Viewer viewer, String query, @Nullable String operationName, Map<String, Object> variables) {}

    /**
     * An event rendered by a selection. It refers to the selection by number, so it does not keep a closed one in
     * memory.
     */
    record Rendered(long selection, Object event) {}

    private final Map<Key, Selection> selections = new HashMap<>();
    /** Results, least recently used first. */
    private final Map<Rendered, Future<String>> results = new LinkedHashMap<>(16, 0.75f, true);

    private final int bytesMax;
    private final AnswerMemory memory;
    private final Counter executed;
    private long bytes;
    private long lastSelection;

    /** Keeps at most {@code bytesMax} bytes of rendered events. */
    public Selections(int bytesMax, AnswerMemory memory, MeterRegistry meters) {
        this.bytesMax = bytesMax;
        this.memory = memory;
        this.executed = Counter.builder("runlog.subscribers.rendered")
                .description("Events that were rendered. Subscribers with the same selection share them.")
                .register(meters);
    }

    /**
     * The results of a subscription that the engine answered with {@code answer}, each as the JSON text of a response.
     */
    public Publisher<String> stream(GraphqlRequest request, Viewer viewer, Answer answer) {
        SubscriptionPublisher stream = answer.result().getData();
        Publisher<Object> upstream = stream.getUpstreamPublisher();
        if (!(upstream instanceof LiveSource source)) {
            throw new IllegalStateException("Not a source of events: " + upstream);
        }
        Key key = new Key(
                viewer, request.query(), request.operationName(), withoutCursor(request, source.cursorVariable()));
        return subscriber -> {
            Selection selection = selections.computeIfAbsent(
                    key, none -> new Selection(++lastSelection, key, source, stream, memory));
            selection.subscribers++;
            source.follow(new RenderedSubscriber(this, selection, subscriber, answer));
        };
    }

    /** Returns the event as JSON text; renders it unless another subscriber has needed it before. */
    Future<String> render(Selection selection, Object event) {
        if (selection.subscribers == 1) {
            executed.increment();
            return selection.render(event);
        }
        Rendered key = new Rendered(selection.number(), event);
        Future<String> cached = results.get(key);
        if (cached != null) {
            return cached;
        }
        executed.increment();
        Future<String> rendered = selection.render(event);
        results.put(key, rendered);
        rendered.onComplete(done -> {
            if (results.get(key) != rendered) {
                return;
            }
            if (done.failed()) {
                results.remove(key);
            } else {
                bytes += size(done.result());
                shrink();
            }
        });
        return rendered;
    }

    private void shrink() {
        Iterator<Future<String>> oldest = results.values().iterator();
        while (bytes > bytesMax && oldest.hasNext()) {
            Future<String> rendered = oldest.next();
            if (rendered.succeeded()) {
                bytes -= size(rendered.result());
                oldest.remove();
            }
        }
    }

    /** Approximate heap: a byte for each Latin character, and the objects around the text. */
    private static long size(String json) {
        return 200L + json.length();
    }

    /** Removes a subscriber; a selection without any is closed. */
    void release(Selection selection) {
        selection.subscribers--;
        if (selection.subscribers == 0) {
            selections.remove(selection.key(), selection);
            selection.close(RunlogException.notFound("The subscription was cancelled."));
        }
    }

    /** Variables without the cursor, which has no effect on results unless the query uses its variable elsewhere. */
    private static Map<String, Object> withoutCursor(GraphqlRequest request, @Nullable String variable) {
        if (variable == null || !request.variables().containsKey(variable) || uses(request.query(), variable) != 2) {
            return request.variables();
        }
        Map<String, Object> others = new HashMap<>(request.variables());
        others.remove(variable);
        return others;
    }

    /** Number of times that a query names a variable, including its definition. */
    private static int uses(String query, String variable) {
        Matcher uses =
                Pattern.compile("\\$\\s*" + Pattern.quote(variable) + "\\b").matcher(query);
        int count = 0;
        while (uses.find()) {
            count++;
        }
        return count;
    }
}
