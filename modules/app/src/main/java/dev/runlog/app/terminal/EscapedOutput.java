package dev.runlog.app.terminal;

import dev.runlog.contract.text.Escapes;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Escapes all output to {@code System.out} and {@code System.err} with {@link Escapes#lines}, after {@link #install}:
 * tables, errors, stack traces and log lines. Only control sequences meant for the terminal use {@link #raw}.
 */
public final class EscapedOutput extends PrintStream {
    private final PrintStream raw;

    private EscapedOutput(PrintStream raw) {
        super(new Escaping(raw), true, StandardCharsets.UTF_8);
        this.raw = raw;
    }

    /** Starts to escape both streams of the process. */
    public static void install() {
        if (!(System.out instanceof EscapedOutput)) {
            System.setOut(new EscapedOutput(System.out));
        }
        if (!(System.err instanceof EscapedOutput)) {
            System.setErr(new EscapedOutput(System.err));
        }
    }

    /** Returns the underlying stream, for a progress bar or the unchanged output of a command. */
    public static PrintStream raw(PrintStream stream) {
        return stream instanceof EscapedOutput escaped ? escaped.raw : stream;
    }

    /** Accepts UTF-8 in pieces of any size; an incomplete character is kept until the rest arrives. */
    private static final class Escaping extends OutputStream {
        private static final int LONGEST_CHARACTER_BYTES = 4;

        private final PrintStream to;
        private final CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private ByteBuffer rest = ByteBuffer.allocate(0);

        Escaping(PrintStream to) {
            this.to = to;
        }

        @Override
        public void write(int octet) {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            ByteBuffer in = ByteBuffer.allocate(rest.remaining() + length)
                    .put(rest)
                    .put(bytes, from, length)
                    .flip();
            CharBuffer out = CharBuffer.allocate(in.remaining() + LONGEST_CHARACTER_BYTES);
            decoder.decode(in, out, false);
            rest = in;
            to.print(Escapes.lines(out.flip().toString()));
        }

        @Override
        public void flush() {
            to.flush();
        }
    }
}
