package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;

/** Runs operations whose results come one by one or many. */
public final class Operations {
    private final GraphqlEngine engine;
    private final Selections selections;

    public Operations(GraphqlEngine engine, Selections selections) {
        this.engine = engine;
        this.selections = selections;
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
