package dev.runlog.contract.bus;

import io.vertx.core.Future;

/** Sends requests. */
public interface Requests {
    /** Sends a request and returns its reply; a failure is always a {@code RunlogException}. */
    <R extends Message> Future<R> request(Request<R> request);
}
