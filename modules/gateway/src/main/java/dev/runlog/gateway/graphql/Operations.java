package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import io.vertx.core.Future;

/** Runs operations whose results come one by one or many. */
public final class Operations {
    private final GraphqlEngine engine;
    private final Selections selections;

    public Operations(GraphqlEngine engine, Selections selections) {
        this.engine = engine;
        this.selections = selections;
    }

    /** The messages that wait to be sent to a client of the viewer. */
    public SendQueue queue(Viewer viewer) {
        return new SendQueue(engine.memory(), viewer.subject());
    }

    /** Does work for a client in its owner's turn; fails with {@code OVERLOADED} if too much waits. */
    public Future<Void> inTurn(String owner, Runnable work) {
        return engine.inTurn(owner, () -> {
            work.run();
            return Future.succeededFuture();
        });
    }

    /** Begins an operation, unless its subscriber has gone by then. */
    public void run(GraphqlRequest request, Viewer viewer, ResultSubscriber subscriber) {
        engine.execute(request, viewer)
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
                answer.hold(request);
            } catch (RunlogException tooMuch) {
                answer.close();
                subscriber.onError(tooMuch);
                return;
            }
            selections.stream(request, viewer, answer).subscribe(subscriber);
        }
    }
}
