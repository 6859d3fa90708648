package dev.runlog.gateway.json;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Output in chunks, which are not copied as it grows. Each chunk is taken from the allowance of a response before it is
 * allocated.
 */
final class ChunkedOutput extends OutputStream {
    private static final int LARGEST = 64 * 1024;

    private final LongConsumer allowance;
    private final List<byte[]> full = new ArrayList<>(0);
    private byte[] chunk;
    private int used;

    /**
     * @param allowance takes the bytes of each chunk; throws if none are left
     * @param first size of the first chunk in bytes; later ones are larger
     */
    ChunkedOutput(LongConsumer allowance, int first) {
        this.allowance = allowance;
        this.chunk = chunk(first);
    }

    private byte[] chunk(int size) {
        allowance.accept(size);
        return new byte[size];
    }

    @Override
    public void write(int one) {
        if (used == chunk.length) {
            next();
        }
        chunk[used++] = (byte) one;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (used == chunk.length) {
                next();
            }
            int some = Math.min(left, chunk.length - used);
            System.arraycopy(bytes, from, chunk, used, some);
            used += some;
            from += some;
            left -= some;
        }
    }

    private void next() {
        byte[] larger = chunk(Math.min(LARGEST, 4 * chunk.length));
        full.add(chunk);
        chunk = larger;
        used = 0;
    }

    /** The bytes, without a copy. */
    Buffer toBuffer() {
        if (full.isEmpty()) {
            return BufferInternal.buffer(Unpooled.wrappedBuffer(chunk, 0, used));
        }
        byte[][] chunks = full.toArray(new byte[full.size() + 1][]);
        chunks[full.size()] = chunk;
        int bytes = full.stream().mapToInt(one -> one.length).sum() + used;
        return BufferInternal.buffer(
                Unpooled.wrappedBuffer(chunks.length, chunks).slice(0, bytes));
    }

    /** Writes the bytes to another stream. */
    void writeTo(OutputStream other) throws IOException {
        for (byte[] one : full) {
            other.write(one);
        }
        other.write(chunk, 0, used);
    }
}
