package dev.runlog.gateway.websocket;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.gateway.graphql.GraphqlEngine;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One operation of a socket: asks for one result after the other, as fast as the client takes them. */
final class Operation implements Subscriber<String> {
    private static final Logger log = LoggerFactory.getLogger(Operation.class);

    private final String id;
    private final Connection connection;
    private @Nullable Subscription subscription;
    private boolean cancelled;
    private boolean asked;

    Operation(String id, Connection connection) {
        this.id = id;
        this.connection = connection;
    }

    String id() {
        return id;
    }

    @Override
    public void onSubscribe(Subscription upstream) {
        if (cancelled) {
            upstream.cancel();
            return;
        }
        subscription = upstream;
        pull();
    }

    /** Asks for the next result, where none is on its way and the socket takes it. */
    void pull() {
        if (!cancelled && !asked && subscription != null && connection.isWritable()) {
            asked = true;
            subscription.request(1);
        }
    }

    @Override
    public void onNext(String result) {
        asked = false;
        if (!cancelled) {
            connection.sendNext(id, result);
            pull();
        }
    }

    @Override
    public void onError(Throwable failure) {
        if (!cancelled) {
            fail(failure);
        }
    }

    @Override
    public void onComplete() {
        if (!cancelled && connection.end(this)) {
            connection.send("complete", id, null);
        }
    }

    /** Ends it with an error that the client sees. */
    void fail(Throwable failure) {
        cancel();
        if (connection.end(this)) {
            connection.sendErrors(id, GraphqlEngine.refusal(known(failure)).getErrors());
        }
    }

    void cancel() {
        cancelled = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }

    private static RunlogException known(Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        UUID incident = Ids.next();
        log.error("A subscription failed, incident {}", incident, failure);
        return RunlogException.internal(incident);
    }
}
