package dev.runlog.gateway.events;

import io.vertx.core.buffer.Buffer;

/** Splits a stream of bytes into events, and passes each to a sink, without copying it if possible. */
interface EventSplitter {
    /** Receives the bytes of events. */
    interface Sink {
        void event(byte[] bytes, int start, int length);
    }

    /** Fails with {@code BAD_INPUT} if the structure is invalid, because further events cannot be found then. */
    void add(Buffer chunk);

    /** Called at the end of the body. */
    void end();

    /** Number of bytes held of an incomplete event. */
    int bytesHeld();
}
