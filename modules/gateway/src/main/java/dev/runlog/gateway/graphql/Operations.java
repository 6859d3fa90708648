package dev.runlog.gateway.graphql;

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
                .onSuccess(result -> {
                    if (subscriber.isCancelled()) {
                        return;
                    }
                    if (Selections.isStream(result)) {
                        selections.stream(request, viewer, result).subscribe(subscriber);
                    } else {
                        subscriber.complete(result);
                    }
                })
                .onFailure(subscriber::onError);
    }
}
