package dev.runlog.gateway.graphql.protocol;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the results of one operation to its client, on any transport. It requests one result at a time, as fast as
 * the client reads them. Used on one event loop.
 */
public abstract class ResultSubscriber implements Subscriber<String> {
    private static final Logger log = LoggerFactory.getLogger(ResultSubscriber.class);

    private @Nullable Subscription subscription;
    private boolean requested;
    private boolean cancelled;

    /** Whether the client can take another result now. When that changes to true, call {@link #pull}. */
    protected abstract boolean isWritable();

    /** Sends one of many results, as JSON text. */
    protected abstract void next(String result);

    /**
     * Sends the only result of an operation that is not a subscription. Closes the answer once it is sent, and ends.
     */
    public abstract void complete(Answer answer);

    @Override
    public final void onSubscribe(Subscription upstream) {
        if (cancelled) {
            upstream.cancel();
            return;
        }
        subscription = upstream;
        pull();
    }

    @Override
    public final void onNext(String result) {
        requested = false;
        if (!cancelled) {
            next(result);
            pull();
        }
    }

    /** Requests the next result, unless one is pending or the client cannot take it. */
    public final void pull() {
        if (!cancelled && !requested && subscription != null && isWritable()) {
            requested = true;
            subscription.request(1);
        }
    }

    /** Stops receiving results. */
    public final void cancel() {
        if (!cancelled) {
            cancelled = true;
            if (subscription != null) {
                subscription.cancel();
            }
        }
    }

    public final boolean isCancelled() {
        return cancelled;
    }

    /** Returns the failure to show to the client; an unexpected one is logged. */
    public static RunlogException toRunlogException(Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        UUID incident = Ids.next();
        log.error("A subscription failed, incident {}", incident, failure);
        return RunlogException.internal(incident);
    }
}
