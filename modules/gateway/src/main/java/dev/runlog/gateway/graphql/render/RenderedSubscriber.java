package dev.runlog.gateway.graphql.render;

import dev.runlog.gateway.graphql.protocol.Answer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** Receives the events of one subscriber, and passes their rendered results on. */
final class RenderedSubscriber implements Subscriber<Object>, Subscription {
    private final Selections selections;
    private final Selection selection;
    private final Answer answer;
    private final Subscriber<? super String> downstream;
    private @Nullable Subscription upstream;
    private int rendering;
    private boolean completed;
    private boolean ended;

    RenderedSubscriber(
            Selections selections, Selection selection, Subscriber<? super String> downstream, Answer answer) {
        this.answer = answer;
        this.selections = selections;
        this.selection = selection;
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
        selections.render(selection, event).onComplete(rendered -> {
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
        selections.release(selection);
    }
}
