package dev.runlog.gateway.body;

import dev.runlog.contract.error.RunlogException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates one body step by step, because a small chunk may inflate to a large one. Unlike the decoders of Vert.x and
 * Netty, it detects incomplete data and reads gzip with several members (RFC 1952, section 2.2).
 */
final class BodyInflater implements AutoCloseable {
    static final String ACCEPTED = "gzip, deflate, identity";
    /** Approximate memory of zlib and the buffers. */
    static final int MEMORY_BYTES = 64 << 10;

    private static final int STEP_BYTES = 16 << 10;
    /** Up to this size, any ratio is accepted. */
    private static final long RATIO_IGNORED_BYTES = 1 << 20;

    private static final int HEADER_CRC_FLAG = 2;
    private static final int EXTRA_FLAG = 4;
    private static final int NAME_FLAG = 8;
    private static final int COMMENT_FLAG = 16;
    private static final int UNKNOWN_FLAGS = 0xe0;

    private enum Part {
        /** The first ten bytes of a member of gzip. */
        HEADER,
        EXTRA_LENGTH,
        EXTRA,
        NAME,
        COMMENT,
        HEADER_CRC,
        /** The first byte of deflate, which says whether it has a header. */
        DEFLATE,
        DATA,
        TRAILER,
        END
    }

    private final boolean gzip;
    private final int ratioMax;
    private final byte[] step = new byte[STEP_BYTES];
    private final CRC32 crc = new CRC32();
    private Inflater inflater = new Inflater(true);
    private Part part;
    /** Bytes of the part so far, and their value. */
    private int count;

    private long value;
    private int flags;
    private byte[] input = {};
    private int at;
    private boolean outputLeft;
    private long bytesIn;
    private long bytesOut;

    private BodyInflater(boolean gzip, int ratioMax) {
        this.gzip = gzip;
        this.ratioMax = ratioMax;
        this.part = gzip ? Part.HEADER : Part.DEFLATE;
    }

    /** The inflater for a request's {@code Content-Encoding}; null for none. Fails if it is not supported. */
    static @Nullable BodyInflater of(HttpServerRequest request, int ratioMax) {
        return of(
                String.join(", ", request.headers().getAll(HttpHeaders.CONTENT_ENCODING))
                        .trim()
                        .toLowerCase(Locale.ROOT),
                ratioMax);
    }

    static @Nullable BodyInflater of(String encoding, int ratioMax) {
        return switch (encoding) {
            case "", "identity" -> null;
            case "gzip", "x-gzip" -> new BodyInflater(true, ratioMax);
            case "deflate" -> new BodyInflater(false, ratioMax);
            default -> throw new UnsupportedEncoding(encoding);
        };
    }

    /** Content of an encoding that is not supported. */
    static final class UnsupportedEncoding extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnsupportedEncoding(String encoding) {
            super(encoding, null, false, false);
        }
    }

    void add(Buffer chunk) {
        bytesIn += chunk.length();
        byte[] bytes = chunk.getBytes();
        if (at == input.length) {
            input = bytes;
        } else {
            byte[] both = Arrays.copyOfRange(input, at, input.length + bytes.length);
            System.arraycopy(bytes, 0, both, input.length - at, bytes.length);
            input = both;
        }
        at = 0;
    }

    /** Whether there is something left to {@link #inflate}. */
    boolean hasMore() {
        return outputLeft || at < input.length;
    }

    /** Inflates some of the added bytes; fails with {@code BAD_INPUT} if they are damaged. */
    void inflate(Consumer<Buffer> sink) {
        if (part == Part.DATA) {
            inflateStep(sink);
        } else {
            take(input[at++] & 0xff);
        }
    }

    private void inflateStep(Consumer<Buffer> sink) {
        int size;
        try {
            inflater.setInput(input, at, input.length - at);
            size = inflater.inflate(step);
        } catch (DataFormatException damaged) {
            throw damaged();
        }
        if (inflater.needsDictionary()) {
            throw damaged();
        }
        at = input.length - inflater.getRemaining();
        outputLeft = size == step.length && !inflater.finished();
        bytesOut += size;
        crc.update(step, 0, size);
        if (inflater.finished()) {
            next(gzip ? Part.TRAILER : Part.END);
        }
        if (bytesOut > RATIO_IGNORED_BYTES && bytesOut > bytesIn * ratioMax) {
            throw RunlogException.badInput("The compressed body inflates to more than " + ratioMax
                    + " times its size; see http.inflate-ratio-max.");
        }
        if (size > 0) {
            sink.accept(Buffer.buffer(Arrays.copyOf(step, size)));
        }
    }

    /** Takes a byte of a header or trailer. */
    private void take(int next) {
        count++;
        switch (part) {
            case HEADER -> takeHeader(next);
            case EXTRA_LENGTH -> {
                value |= (long) next << 8 * (count - 1);
                if (count == 2) {
                    long length = value;
                    next(length == 0 ? afterExtra() : Part.EXTRA);
                    value = length;
                }
            }
            case EXTRA -> {
                if (count == value) {
                    next(afterExtra());
                }
            }
            case NAME -> {
                if (next == 0) {
                    next(afterName());
                }
            }
            case COMMENT -> {
                if (next == 0) {
                    next(afterComment());
                }
            }
            case HEADER_CRC -> {
                if (count == 2) {
                    next(Part.DATA);
                }
            }
            case DEFLATE -> {
                // "deflate" means zlib (RFC 9110, section 8.4.1.2), but some clients omit the header of zlib.
                at--;
                inflater.end();
                inflater = new Inflater((next & 15) != 8);
                next(Part.DATA);
            }
            case TRAILER -> takeTrailer(next);
            case DATA, END -> throw damaged();
        }
    }

    private void takeHeader(int next) {
        if (count == 1 && next != 0x1f || count == 2 && next != 0x8b || count == 3 && next != 8) {
            throw damaged();
        }
        if (count == 4) {
            flags = next;
            if ((flags & UNKNOWN_FLAGS) != 0) {
                throw damaged();
            }
        }
        if (count == 10) {
            next((flags & EXTRA_FLAG) != 0 ? Part.EXTRA_LENGTH : afterExtra());
        }
    }

    private Part afterExtra() {
        return (flags & NAME_FLAG) != 0 ? Part.NAME : afterName();
    }

    private Part afterName() {
        return (flags & COMMENT_FLAG) != 0 ? Part.COMMENT : afterComment();
    }

    private Part afterComment() {
        return (flags & HEADER_CRC_FLAG) != 0 ? Part.HEADER_CRC : Part.DATA;
    }

    /** The checksum and the size, lowest byte first. */
    private void takeTrailer(int next) {
        value |= (long) next << 8 * ((count - 1) & 3);
        if (count == 4) {
            if (value != crc.getValue()) {
                throw damaged();
            }
            value = 0;
        }
        if (count == 8) {
            if (value != (inflater.getBytesWritten() & 0xffffffffL)) {
                throw damaged();
            }
            inflater.reset();
            crc.reset();
            next(Part.HEADER);
        }
    }

    private void next(Part following) {
        part = following;
        count = 0;
        value = 0;
    }

    private static RunlogException damaged() {
        return RunlogException.badInput("The compressed body is damaged.");
    }

    /** Whether the added bytes ended with the end of the compressed data. */
    boolean isComplete() {
        return bytesIn == 0 || (gzip ? part == Part.HEADER && count == 0 : part == Part.END);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
