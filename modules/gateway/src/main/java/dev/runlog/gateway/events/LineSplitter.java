package dev.runlog.gateway.events;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;

/** Splits a stream of bytes into lines, without line ends. Blank lines are passed on as well, since they are counted. */
final class LineSplitter implements EventSplitter {
    /** The buffer of a longer line is not reused, as every request has one. */
    private static final int KEPT_BYTES_MAX = 64 << 10;

    private final Sink sink;
    private ByteArrayOutputStream partial = new ByteArrayOutputStream();

    LineSplitter(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void add(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        int start = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                if (partial.size() > 0) {
                    partial.write(bytes, start, at - start);
                    end();
                } else {
                    sink.event(bytes, start, at - start);
                }
                start = at + 1;
            }
        }
        partial.write(bytes, start, bytes.length - start);
    }

    /** Passes on a last line that has no line end. */
    @Override
    public void end() {
        if (partial.size() > 0) {
            byte[] line = partial.toByteArray();
            if (line.length > KEPT_BYTES_MAX) {
                partial = new ByteArrayOutputStream();
            } else {
                partial.reset();
            }
            sink.event(line, 0, line.length);
        }
    }

    @Override
    public int bytesHeld() {
        return partial.size();
    }
}
