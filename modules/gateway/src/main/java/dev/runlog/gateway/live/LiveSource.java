package dev.runlog.gateway.live;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * The value of a field of {@code Subscription}. It has two sides. {@link #follow} delivers events to one subscriber.
 * {@link #subscribe}, called by the GraphQL library, provides the path on which an event of the same selection becomes
 * a result. An event is thus executed once for all subscribers with the same selection.
 */
public final class LiveSource implements Publisher<Object> {
    /** Delivers events to one subscriber. */
    public interface Events {
        void follow(Subscriber<Object> subscriber);
    }

    private final Events events;
    private final @Nullable String cursorVariable;
    private @Nullable Subscriber<? super Object> renderer;
    private Function<Object, Runnable> beforeRendering = event -> () -> {};
    private Function<Object, @Nullable String> directRenderer = event -> null;

    LiveSource(Events events, @Nullable String cursorVariable) {
        this.events = events;
        this.cursorVariable = cursorVariable;
    }

    /** A copy with the name of the variable that holds the cursor. */
    public LiveSource withCursorVariable(@Nullable String name) {
        return new LiveSource(events, name);
    }

    /** The variable that holds the cursor, which has no effect on results; null if there is none. */
    public @Nullable String cursorVariable() {
        return cursorVariable;
    }

    /** Delivers events to the subscriber from now on. */
    public void follow(Subscriber<Object> subscriber) {
        events.follow(subscriber);
    }

    /** Sets a function that turns an event into its result without the library, or returns null if it cannot. */
    public void setDirectRenderer(Function<Object, @Nullable String> function) {
        directRenderer = function;
    }

    /** The result of an event as JSON text; null if the library has to render it. */
    public @Nullable String renderDirectly(Object event) {
        return directRenderer.apply(event);
    }

    /** Sets an action to run before the library renders an event. The action returns another one to run afterwards. */
    public void setBeforeRendering(Function<Object, Runnable> begin) {
        beforeRendering = begin;
    }

    /** Hands an event to the library; returns an action to run once its result was received. */
    public Runnable render(Object event) {
        if (renderer == null) {
            throw new IllegalStateException("The library has not subscribed.");
        }
        Runnable end = beforeRendering.apply(event);
        renderer.onNext(event);
        return end;
    }

    @Override
    public void subscribe(Subscriber<? super Object> subscriber) {
        renderer = subscriber;
        subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                // Events are rendered as they come; the demand of subscribers bounds them.
            }

            @Override
            public void cancel() {
                renderer = null;
            }
        });
    }
}
