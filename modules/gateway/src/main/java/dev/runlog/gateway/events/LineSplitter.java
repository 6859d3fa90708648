package dev.runlog.gateway.events;

import io.vertx.core.buffer.Buffer;

/** Splits a stream of bytes into lines, without line ends. Blank lines are passed on as well, since they are counted. */
final class LineSplitter implements EventSplitter {
    private final Sink sink;
    private final PartialEvent partial = new PartialEvent();

    LineSplitter(Sink sink) {
        this.sink = sink;
    }

    @Override
    public void add(Buffer chunk) {
        byte[] bytes = chunk.getBytes();
        int start = 0;
        for (int at = 0; at < bytes.length; at++) {
            if (bytes[at] == '\n') {
                partial.emit(sink, bytes, start, at);
                start = at + 1;
            }
        }
        partial.add(bytes, start, bytes.length);
    }

    /** Passes on a last line that has no line end. */
    @Override
    public void end() {
        if (partial.size() > 0) {
            partial.emit(sink, new byte[0], 0, 0);
        }
    }

    @Override
    public int bytesHeld() {
        return partial.size();
    }
}
