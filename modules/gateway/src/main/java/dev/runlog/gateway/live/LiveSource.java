package dev.runlog.gateway.live;

import org.reactivestreams.Subscriber;

/** The events of a field of {@code Subscription}. */
public interface LiveSource {
    /** Delivers events to the subscriber from now on. */
    void follow(Subscriber<Object> subscriber);
}
