package dev.runlog.gateway.events;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;

/** Cuts a stream of bytes into lines without their ends; blank ones are handed on too, as they count. */
final class LineSplitter implements EventSplitter {
    /** A longer line's buffer is not kept for the next one: there is one for each request. */
    private static final int KEPT_BYTES_MAX = 64 << 10;

    private final Sink sink;
    private ByteArrayOutputStream begun = new ByteArrayOutputStream();

    LineSplitter(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void add(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        int start = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                if (begun.size() > 0) {
                    begun.write(bytes, start, at - start);
                    end();
                } else {
                    sink.event(bytes, start, at - start);
                }
                start = at + 1;
            }
        }
        begun.write(bytes, start, bytes.length - start);
    }

    /** Hands on a last line that has no end of its own. */
    @Override
    public void end() {
        if (begun.size() > 0) {
            byte[] line = begun.toByteArray();
            if (line.length > KEPT_BYTES_MAX) {
                begun = new ByteArrayOutputStream();
            } else {
                begun.reset();
            }
            sink.event(line, 0, line.length);
        }
    }

    @Override
    public int bytesHeld() {
        return begun.size();
    }
}
