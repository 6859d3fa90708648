package dev.runlog.gateway.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class BodyInflaterFuzzTest {
    private static final int RATIO_MAX = 10;
    private static final int STEP_BYTES = 16 << 10;
    private static final int RATIO_IGNORED_BYTES = 1 << 20;

    /** Content, how it is compressed and in which parts that arrives. */
    private record Compressed(Buffer content, String encoding, List<byte[]> parts) {
        @Override
        public String toString() {
            return encoding + " of " + content.length() + " bytes in "
                    + parts.stream().map(Arrays::toString).toList();
        }
    }

    @Test
    void inflatesWhatWasCompressed() {
        Fuzz.check(bodies(false), body -> {
            Inflated inflated = inflate(body);

            assertThat(inflated.complete).isTrue();
            assertThat(inflated.bytes.toByteArray()).isEqualTo(body.content().getBytes());
        });
    }

    @Test
    void inflatesOrRefusesAnythingElse() {
        Fuzz.checkParser(bodies(true), BodyInflaterFuzzTest::inflate);
    }

    private static final class Inflated {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean complete;
    }

    private static Inflated inflate(Compressed body) {
        Inflated inflated = new Inflated();
        try (BodyInflater inflater = BodyInflater.of(body.encoding(), RATIO_MAX)) {
            int added = 0;
            for (byte[] part : body.parts()) {
                inflater.add(Buffer.buffer(part));
                added += part.length;
                long steps = 0;
                while (inflater.hasMore()) {
                    inflater.inflate(out -> inflated.bytes.writeBytes(out.getBytes()));
                    assertThat(inflated.bytes.size())
                            .isLessThanOrEqualTo(Math.max(RATIO_IGNORED_BYTES, added * RATIO_MAX) + STEP_BYTES);
                    // Each step takes a byte or yields a full buffer.
                    assertThat(steps++).isLessThan(added + 2L + RATIO_IGNORED_BYTES / STEP_BYTES * 2);
                }
            }
            inflated.complete = inflater.isComplete();
        }
        return inflated;
    }

    private static Gen<Compressed> bodies(boolean damaged) {
        Gen<byte[]> contents = Inputs.bytes(Inputs.near("{\"a\":1}".repeat(2000), "x", "", "0123456789\n"));
        return contents.mutate((content, random) -> {
            String encoding = Inputs.one(random, List.of("gzip", "x-gzip", "deflate"));
            byte[] repeated = damaged && Inputs.draw(random, 0, 9) == 9 ? repeat(content, 200) : content;
            byte[] compressed = compress(repeated, encoding, Inputs.draw(random, 0, 3));
            return new Compressed(
                    Buffer.buffer(repeated),
                    encoding,
                    Inputs.parts(random, damaged ? Inputs.damaged(random, compressed) : compressed));
        });
    }

    private static byte[] repeat(byte[] bytes, int times) {
        return new String(bytes, StandardCharsets.ISO_8859_1).repeat(times).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** As one of four kinds: in one or two members, with or without a header. */
    private static byte[] compress(byte[] content, String encoding, int kind) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        boolean gzip = !encoding.equals("deflate");
        try {
            int half = gzip && kind % 2 == 1 ? content.length / 2 : content.length;
            try (OutputStream out = gzip
                    ? new GZIPOutputStream(compressed)
                    : new DeflaterOutputStream(compressed, new Deflater(6, kind % 2 == 1))) {
                out.write(content, 0, half);
            }
            if (half < content.length) {
                try (OutputStream out = new GZIPOutputStream(compressed)) {
                    out.write(content, half, content.length - half);
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        byte[] bytes = compressed.toByteArray();
        return gzip && kind >= 2 ? withHeaderParts(bytes) : bytes;
    }

    /** With an extra field, a name, a comment and a checksum of the header. */
    private static byte[] withHeaderParts(byte[] gzip) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(gzip, 0, 3);
        bytes.write(2 | 4 | 8 | 16);
        bytes.write(gzip, 4, 6);
        bytes.writeBytes(new byte[] {3, 0, 'a', 'b', 'c', 'n', 0, 'c', 0, 0, 0});
        bytes.write(gzip, 10, gzip.length - 10);
        return bytes.toByteArray();
    }
}
