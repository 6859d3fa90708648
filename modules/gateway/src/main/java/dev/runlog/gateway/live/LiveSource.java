package dev.runlog.gateway.live;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/**
 * What a field of {@code Subscription} resolves to. It has two sides: {@link #follow} gives one subscriber its events;
 * {@link #subscribe}, which is what the GraphQL library calls, gives the way on which any event of the same selection is
 * turned into a result. So the selection of an event is executed once for all who follow it.
 */
public final class LiveSource implements Publisher<Object> {
    /** How one subscriber gets its events. */
    public interface Events {
        void follow(Subscriber<Object> subscriber);
    }

    private final Events events;
    private final @Nullable String cursorVariable;
    private @Nullable Subscriber<? super Object> renderer;
    private Function<Object, Runnable> beginning = event -> () -> {};
    private Function<Object, @Nullable String> shortcut = event -> null;

    LiveSource(Events events, @Nullable String cursorVariable) {
        this.events = events;
        this.cursorVariable = cursorVariable;
    }

    /** The same, telling that a variable holds nothing but the cursor. */
    public LiveSource withCursorVariable(@Nullable String name) {
        return new LiveSource(events, name);
    }

    /** The variable that tells where to begin, and nothing of what is selected; null where there is none. */
    public @Nullable String cursorVariable() {
        return cursorVariable;
    }

    /** Gives the subscriber its events from now on. */
    public void follow(Subscriber<Object> subscriber) {
        events.follow(subscriber);
    }

    /** Tells how an event becomes the text of its result without the library; of one that does not, null is made. */
    public void shortCut(Function<Object, @Nullable String> way) {
        shortcut = way;
    }

    /** The result of an event as text; null where the event has to be rendered by the library. */
    public @Nullable String renderAtOnce(Object event) {
        return shortcut.apply(event);
    }

    /** Sets what happens before each event is rendered by the library, which returns what happens after it. */
    public void around(Function<Object, Runnable> begin) {
        beginning = begin;
    }

    /**
     * Turns an event into a result, which comes out at the library's end; returns what has to be run once it has.
     */
    public Runnable render(Object event) {
        if (renderer == null) {
            throw new IllegalStateException("Nobody renders.");
        }
        Runnable end = beginning.apply(event);
        renderer.onNext(event);
        return end;
    }

    @Override
    public void subscribe(Subscriber<? super Object> subscriber) {
        renderer = subscriber;
        subscriber.onSubscribe(new Subscription() {
            @Override
            public void request(long n) {
                // Events are rendered as they come; whoever asks for them bounds how many.
            }

            @Override
            public void cancel() {
                renderer = null;
            }
        });
    }
}
