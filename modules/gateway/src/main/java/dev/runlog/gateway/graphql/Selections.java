package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.live.LiveSource;
import graphql.execution.reactive.SubscriptionPublisher;
import graphql.language.Argument;
import graphql.language.VariableReference;
import graphql.schema.DataFetchingEnvironment;
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
 * The selections that are subscribed to. Who asks the same of the same document with the same rights gets the same
 * results, so that an event is executed and written once for all of them. On one event loop.
 */
public final class Selections {
    private static final String CURSOR_ARGUMENT = "after";

    /** What makes two subscriptions yield the same for the same event. */
    record Key(Viewer viewer, String query, @Nullable String operationName, Map<String, Object> variables) {}

    /** An event as a selection shows it; by its number, so that what was rendered keeps no selection that has ended. */
    record Rendered(long selection, Object event) {}

    private final Map<Key, Selection> selections = new HashMap<>();
    /** What was rendered, the longest unused first. */
    private final Map<Rendered, Future<String>> results = new LinkedHashMap<>(16, 0.75f, true);

    private final int bytesMax;
    private final AnswerMemory memory;
    private final Counter executed;
    private long bytes;
    private long lastSelection;

    /** Keeps rendered events up to so many bytes. */
    public Selections(int bytesMax, AnswerMemory memory, MeterRegistry meters) {
        this.bytesMax = bytesMax;
        this.memory = memory;
        this.executed = Counter.builder("runlog.subscribers.rendered")
                .description("Events that were executed and written for a selection; all who share it get the same.")
                .register(meters);
    }

    /** The results of a subscription, each as the JSON text of a response; {@code answer} is what the engine gave. */
    public Publisher<String> stream(GraphqlRequest request, Viewer viewer, Answer answer) {
        SubscriptionPublisher stream = answer.result().getData();
        Publisher<Object> upstream = stream.getUpstreamPublisher();
        if (!(upstream instanceof LiveSource source)) {
            throw new IllegalStateException("No source of events: " + upstream);
        }
        Key key = new Key(
                viewer, request.query(), request.operationName(), withoutCursor(request, source.cursorVariable()));
        return subscriber -> {
            Selection selection = selections.computeIfAbsent(
                    key, none -> new Selection(++lastSelection, key, source, stream, memory));
            selection.users++;
            source.follow(new RenderedSubscriber(this, selection, subscriber, answer));
        };
    }

    /** The variable that {@code after} of the field takes its value from; null where it is none. */
    static @Nullable String cursorVariable(DataFetchingEnvironment env) {
        for (Argument argument : env.getField().getArguments()) {
            if (argument.getName().equals(CURSOR_ARGUMENT)
                    && argument.getValue() instanceof VariableReference reference) {
                return reference.getName();
            }
        }
        return null;
    }

    /** The event as JSON text, which is made where nobody needed it yet. */
    Future<String> render(Selection selection, Object event) {
        if (selection.users == 1) {
            executed.increment();
            return selection.render(event);
        }
        Rendered key = new Rendered(selection.number(), event);
        Future<String> known = results.get(key);
        if (known != null) {
            return known;
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

    /** As the heap has it: a character each where all are Latin, and what surrounds them. */
    private static long size(String json) {
        return 200L + json.length();
    }

    /** Counts a subscriber out; a selection goes with its last. */
    void release(Selection selection) {
        selection.users--;
        if (selection.users == 0) {
            selections.remove(selection.key(), selection);
            selection.close(RunlogException.notFound("Nobody subscribes any more."));
        }
    }

    /** Who resumes wants the same as who begins: the cursor is no part of it, where its variable says nothing else. */
    private static Map<String, Object> withoutCursor(GraphqlRequest request, @Nullable String variable) {
        if (variable == null || !request.variables().containsKey(variable) || uses(request.query(), variable) != 2) {
            return request.variables();
        }
        Map<String, Object> others = new HashMap<>(request.variables());
        others.remove(variable);
        return others;
    }

    /** How often a document names a variable; it does so once to define it. */
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
