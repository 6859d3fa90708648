package dev.runlog.gateway.events;

import java.io.ByteArrayOutputStream;

/** The bytes of an event that has started but not ended within the chunks read so far. */
final class PartialEvent {
    /** The buffer of a longer event is not reused, because every request has one. */
    private static final int KEPT_BYTES_MAX = 64 << 10;

    private ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    void add(byte[] chunk, int start, int end) {
        bytes.write(chunk, start, end - start);
    }

    /** Passes the event on to the sink, with its last bytes in this chunk. Copies it only if it started earlier. */
    void emit(EventSplitter.Sink sink, byte[] chunk, int start, int end) {
        if (bytes.size() == 0) {
            sink.event(chunk, start, end - start);
            return;
        }
        add(chunk, start, end);
        byte[] whole = bytes.toByteArray();
        if (whole.length > KEPT_BYTES_MAX) {
            bytes = new ByteArrayOutputStream();
        } else {
            bytes.reset();
        }
        sink.event(whole, 0, whole.length);
    }

    int size() {
        return bytes.size();
    }
}
