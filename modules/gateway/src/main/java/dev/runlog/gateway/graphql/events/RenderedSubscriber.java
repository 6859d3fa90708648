package dev.runlog.gateway.graphql.events;

import dev.runlog.gateway.graphql.protocol.Answer;
import io.vertx.core.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Receives the events of one subscriber, and passes their rendered results on. */
final class RenderedSubscriber implements Subscriber<Object>, Subscription {
    private final RenderedEvents events;
    private final RenderedEvents.Selection selection;
    private final Function<Object, Future<String>> renderer;
    private final Answer answer;
    private final Subscriber<? super String> downstream;
    private @Nullable Subscription upstream;
    private int rendering;
    private boolean completed;
    private boolean ended;

    RenderedSubscriber(
            RenderedEvents events,
            RenderedEvents.Selection selection,
            Function<Object, Future<String>> renderer,
            Answer answer,
            Subscriber<? super String> downstream) {
        this.events = events;
        this.selection = selection;
        this.renderer = renderer;
        this.answer = answer;
        this.downstream = downstream;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        upstream = subscription;
        downstream.onSubscribe(this);
    }

    @Override
    public void onNext(Object event) {
        if (ended) {
            return;
        }
        rendering++;
        events.render(selection, event, () -> renderer.apply(event)).onComplete(rendered -> {
            rendering--;
            if (ended) {
                return;
            }
            if (rendered.failed()) {
                cancel();
                downstream.onError(rendered.cause());
                return;
            }
            downstream.onNext(rendered.result());
            if (completed && rendering == 0 && !ended) {
                end();
                downstream.onComplete();
            }
        });
    }

    @Override
    public void onError(Throwable failure) {
        if (!ended) {
            end();
            downstream.onError(failure);
        }
    }

    @Override
    public void onComplete() {
        completed = true;
        if (rendering == 0 && !ended) {
            end();
            downstream.onComplete();
        }
    }

    @Override
    public void request(long n) {
        if (!ended && upstream != null) {
            upstream.request(n);
        }
    }

    @Override
    public void cancel() {
        if (!ended) {
            end();
            if (upstream != null) {
                upstream.cancel();
            }
        }
    }

    private void end() {
        ended = true;
        answer.close();
        events.leave(selection);
    }
}
