package dev.runlog.app.command.record;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The last lines of a command's output, with a bounded size. */
final class OutputTail {
    private static final int LINES_MAX = 50;
    private static final int CHARS_MAX = 16_384;
    private static final int LONGEST_CHARACTER_BYTES = 4;

    private final StringBuilder text = new StringBuilder();

    /** Returns the part for one stream. Each stream has its own, because a character may arrive in two pieces. */
    Part part() {
        return new Part();
    }

    /** Returns the lines without NUL characters, which cannot be stored, and without half a character at the start. */
    synchronized List<String> lines() {
        int from = Math.max(0, text.length() - CHARS_MAX);
        if (from < text.length() && Character.isLowSurrogate(text.charAt(from))) {
            from++;
        }
        List<String> lines = text.substring(from).replace("\u0000", "").lines().toList();
        return lines.subList(Math.max(0, lines.size() - LINES_MAX), lines.size());
    }

    private synchronized void add(CharBuffer more) {
        text.append(more);
        if (text.length() > 2 * CHARS_MAX) {
            text.delete(0, text.length() - CHARS_MAX);
        }
    }

    final class Part {
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private ByteBuffer rest = ByteBuffer.allocate(0);

        /** Adds bytes; an incomplete character is kept until the rest arrives. */
        void add(byte[] bytes, int length) {
            decode(bytes, length, false);
        }

        /** Ends the stream. */
        void end() {
            decode(new byte[0], 0, true);
        }

        private void decode(byte[] bytes, int length, boolean isEnd) {
            ByteBuffer in = ByteBuffer.allocate(rest.remaining() + length)
                    .put(rest)
                    .put(bytes, 0, length)
                    .flip();
            CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_CHARACTER_BYTES);
            decoder.decode(in, out, isEnd);
            if (isEnd) {
                decoder.flush(out);
            }
            rest = in;
            OutputTail.this.add(out.flip());
        }
    }
}
