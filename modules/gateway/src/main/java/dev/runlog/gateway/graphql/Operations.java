package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.graphql.events.LiveResults;
import dev.runlog.gateway.graphql.events.RenderedEvents;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.graphql.protocol.ResultSubscriber;
import dev.runlog.gateway.memory.SendBudget;
import io.vertx.core.Future;

/** Runs operations with one result or many, for transports that can send either. */
public final class Operations {
    private final GraphqlEngine engine;
    private final LiveResults results;

    public Operations(GraphqlEngine engine, RenderedEvents rendered) {
        this.engine = engine;
        this.results = new LiveResults(rendered, engine.memory());
    }

    /** Counts the messages that wait to be sent to a client of the viewer. */
    public SendBudget sendBudget(Viewer viewer) {
        return new SendBudget(engine.memory(), viewer.subject());
    }

    /** Runs work for a client in its owner's turn; fails with {@code OVERLOADED} if too much is waiting. */
    public Future<Void> inTurn(String owner, Runnable work) {
        return engine.inTurn(owner, () -> {
            work.run();
            return Future.succeededFuture();
        });
    }

    /** Runs an operation; its results go to the subscriber unless that was cancelled meanwhile. */
    public void run(GraphqlRequest request, Viewer viewer, ResultSubscriber subscriber) {
        engine.execute(request, viewer, false, subscriber::isCancelled)
                .<Void>map(answer -> {
                    begin(request, viewer, answer, subscriber);
                    return null;
                })
                .onFailure(subscriber::onError);
    }

    private void begin(GraphqlRequest request, Viewer viewer, Answer answer, ResultSubscriber subscriber) {
        if (subscriber.isCancelled()) {
            answer.close();
        } else if (!answer.isStream()) {
            subscriber.complete(answer);
        } else {
            try {
                answer.holdOnly(request);
            } catch (RunlogException tooMuch) {
                answer.close();
                subscriber.onError(tooMuch);
                return;
            }
            results.subscribe(request, viewer, answer, subscriber);
        }
    }
}
