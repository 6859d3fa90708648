package dev.runlog.gateway.graphql.events;

import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.live.LiveEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rendered events. Subscriptions with the same query, variables and viewer share a selection, so an event is rendered
 * once for all of them, on whatever event loops they are. Thread-safe.
 */
public final class RenderedEvents {
    /** Subscriptions with equal keys have the same results. */
    record Key(Viewer viewer, String query, @Nullable String operationName, Map<String, Object> variables) {}

    /** The subscriptions with one key, as long as there are any. */
    static final class Selection {
        private final long number;
        private final Key key;
        private volatile int subscribers;

        private Selection(long number, Key key) {
            this.number = number;
            this.key = key;
        }
    }

    /**
     * An event rendered for a selection. It refers to the selection by number, so it does not keep the key of a closed
     * one in memory.
     */
    private record Rendered(long selection, Object event) {}

    private final Map<Key, Selection> selections = new HashMap<>();
    /** Results, least recently used first. */
    private final Map<Rendered, Future<String>> results = new LinkedHashMap<>(16, 0.75f, true);

    private final int bytesMax;
    private final Counter executed;
    private long bytes;
    private long lastSelection;

    /** Keeps at most {@code bytesMax} bytes of rendered events. */
    public RenderedEvents(int bytesMax, MeterRegistry meters) {
        this.bytesMax = bytesMax;
        this.executed = Counter.builder("runlog.subscribers.rendered")
                .description("Events that were rendered. Subscribers with the same selection share them.")
                .register(meters);
    }

    /** Adds a subscriber to the selection with a key. */
    synchronized Selection enter(Key key) {
        Selection selection = selections.computeIfAbsent(key, added -> new Selection(++lastSelection, added));
        selection.subscribers++;
        return selection;
    }

    /** Removes a subscriber. */
    synchronized void leave(Selection selection) {
        selection.subscribers--;
        if (selection.subscribers == 0) {
            selections.remove(selection.key);
        }
    }

    /** Returns the event as JSON text; renders it unless another subscriber has needed it before. */
    Future<String> render(Selection selection, Object event, Supplier<Future<String>> renderer) {
        if (selection.subscribers == 1 || event instanceof LiveEvent live && !live.isShared()) {
            return rendered(renderer);
        }
        Rendered key = new Rendered(selection.number, event);
        Promise<String> rendering = Promise.promise();
        Future<String> earlier = putIfAbsent(key, rendering.future());
        if (earlier != null) {
            // Another event loop may have failed for reasons of its own.
            return onThisContext(earlier).recover(failed -> rendered(renderer));
        }
        Future<String> result = rendered(renderer);
        result.onComplete(done -> {
            keep(key, rendering.future(), done.succeeded() ? done.result() : null);
            rendering.handle(done);
        });
        return result;
    }

    private Future<String> rendered(Supplier<Future<String>> renderer) {
        executed.increment();
        try {
            return renderer.get();
        } catch (RuntimeException | Error failure) {
            // Others wait for the result.
            return Future.failedFuture(failure);
        }
    }

    private synchronized @Nullable Future<String> putIfAbsent(Rendered key, Future<String> rendering) {
        Future<String> earlier = results.get(key);
        if (earlier == null) {
            results.put(key, rendering);
        }
        return earlier;
    }

    /** Another event loop may complete it. */
    private static Future<String> onThisContext(Future<String> result) {
        ContextInternal context = ContextInternal.current();
        if (result.isComplete() || context == null) {
            return result;
        }
        Promise<String> here = context.promise();
        result.onComplete(here);
        return here.future();
    }

    /** Keeps a result, or forgets one that failed. */
    private synchronized void keep(Rendered key, Future<String> rendering, @Nullable String result) {
        if (result == null) {
            results.remove(key, rendering);
            return;
        }
        bytes += size(result);
        Iterator<Future<String>> oldest = results.values().iterator();
        while (bytes > bytesMax && oldest.hasNext()) {
            Future<String> other = oldest.next();
            if (other.succeeded()) {
                bytes -= size(other.result());
                oldest.remove();
            }
        }
    }

    /** Approximate heap: a byte for each Latin character, and the objects around the text. */
    private static long size(String json) {
        return 200L + json.length();
    }
}
