package dev.runlog.gateway.graphql;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who takes the results of one operation, whatever carries them to the client: asks for one after the other, as fast as
 * the client takes them. On one event loop.
 */
public abstract class ResultSubscriber implements Subscriber<String> {
    private static final Logger log = LoggerFactory.getLogger(ResultSubscriber.class);

    private @Nullable Subscription subscription;
    private boolean asked;
    private boolean cancelled;

    /** Whether the client takes more at the moment; {@link #pull} is called when it does again. */
    protected abstract boolean isWritable();

    /** Sends one of many results, which is JSON text. */
    protected abstract void next(String result);

    /** Sends the one result of an operation that is not a subscription, closes it once it is sent, and ends. */
    protected abstract void complete(Answer answer);

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
        asked = false;
        if (!cancelled) {
            next(result);
            pull();
        }
    }

    /** Asks for the next result, where none is on its way and the client takes it. */
    public final void pull() {
        if (!cancelled && !asked && subscription != null && isWritable()) {
            asked = true;
            subscription.request(1);
        }
    }

    /** Wants nothing more. */
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

    /** The failure as the client may see it; what nobody expected is logged. */
    public static RunlogException known(Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        UUID incident = Ids.next();
        log.error("A subscription failed, incident {}", incident, failure);
        return RunlogException.internal(incident);
    }
}
