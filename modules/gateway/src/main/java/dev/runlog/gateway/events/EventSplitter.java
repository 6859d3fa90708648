package dev.runlog.gateway.events;

import io.vertx.core.buffer.Buffer;

/** Cuts a stream of bytes into events and hands each on, where possible without copying it. */
interface EventSplitter {
    /** Takes the bytes of one event. */
    interface Sink {
        void event(byte[] bytes, int start, int length);
    }

    /** Fails with {@code BAD_INPUT} if events cannot be told apart any more. */
    void add(Buffer chunk);

    /** Says that the body is complete. */
    void end();

    /** How many bytes of an event that is not complete it holds. */
    int bytesHeld();
}
