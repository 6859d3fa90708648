package dev.runlog.bench.traffic;

import dev.runlog.bench.support.BenchFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * A WebSocket that subscribes once and then only reads: the part of RFC 6455 that is necessary for small messages in
 * single frames.
 */
final class WatchingSocket implements AutoCloseable {
    /** Handles the text of a message, between position and limit of the buffer. */
    interface Listener {
        void onText(ByteBuffer text) throws IOException;
    }

    private static final int TEXT = 0x1;
    private static final int CLOSE = 0x8;
    private static final int PING = 0x9;
    private static final int PONG = 0xA;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int LENGTH_IN_TWO_BYTES = 126;
    private static final int MASK_BYTES = 4;
    private static final int HANDSHAKE_BYTES_MAX = 4096;
    private static final byte[] NOTHING = {};

    private final SocketChannel channel;
    /** Start of an incomplete frame. */
    private byte[] rest = NOTHING;

    boolean synced;

    private WatchingSocket(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects and completes the handshake; {@link #read} gets the rest. */
    static WatchingSocket open(int port, String path, String protocol) throws IOException {
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.write(StandardCharsets.US_ASCII.encode("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: " + protocol + "\r\n\r\n"));
        ByteBuffer answer = ByteBuffer.allocate(HANDSHAKE_BYTES_MAX);
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            if (channel.read(answer) < 0 || !answer.hasRemaining()) {
                throw new BenchFailure("Cannot open the WebSocket: " + head);
            }
            head = new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        }
        if (!head.startsWith("HTTP/1.1 101")) {
            throw new BenchFailure("Cannot open the WebSocket: " + head);
        }
        channel.configureBlocking(false);
        return new WatchingSocket(channel);
    }

    SocketChannel channel() {
        return channel;
    }

    void sendText(String text) throws IOException {
        send(TEXT, StandardCharsets.UTF_8.encode(text));
    }

    /** Reads available data through a buffer, which is empty before and afterwards. */
    void read(ByteBuffer buffer, Listener listener) throws IOException {
        buffer.clear().put(rest);
        if (channel.read(buffer) < 0) {
            throw new BenchFailure("The server closed the socket of a subscriber.");
        }
        buffer.flip();
        int end = buffer.limit();
        while (hasFrame(buffer)) {
            int first = buffer.get();
            int length = length(buffer, buffer.position());
            buffer.position(buffer.position() + (length < LENGTH_IN_TWO_BYTES ? 1 : 3));
            buffer.limit(buffer.position() + length);
            take(first, buffer, listener);
            buffer.position(buffer.limit()).limit(end);
        }
        rest = buffer.hasRemaining() ? new byte[buffer.remaining()] : NOTHING;
        buffer.get(rest);
    }

    private void take(int first, ByteBuffer payload, Listener listener) throws IOException {
        switch (first & 0xF) {
            case TEXT -> {
                if ((first & FINAL) == 0) {
                    throw new BenchFailure("Received a message in several frames.");
                }
                listener.onText(payload);
            }
            case PING -> send(PONG, payload);
            case CLOSE ->
                throw new BenchFailure(
                        "The server closed the socket of a subscriber: " + StandardCharsets.UTF_8.decode(payload));
            default -> {}
        }
    }

    private static boolean hasFrame(ByteBuffer buffer) {
        int start = buffer.position() + 1;
        if (buffer.remaining() < 2 || (buffer.get(start) & 0x7F) == LENGTH_IN_TWO_BYTES && buffer.remaining() < 4) {
            return false;
        }
        int length = length(buffer, start);
        return buffer.remaining() >= length + (length < LENGTH_IN_TWO_BYTES ? 2 : 4);
    }

    private static int length(ByteBuffer buffer, int at) {
        int length = buffer.get(at) & 0x7F;
        if (length > LENGTH_IN_TWO_BYTES) {
            throw new BenchFailure("Received a message that is too large for this client.");
        }
        return length == LENGTH_IN_TWO_BYTES ? buffer.getShort(at + 1) & 0xFFFF : length;
    }

    /** Masks with zeros, which leaves the payload unchanged. */
    private void send(int opcode, ByteBuffer payload) throws IOException {
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(4 + MASK_BYTES + length);
        frame.put((byte) (FINAL | opcode));
        if (length < LENGTH_IN_TWO_BYTES) {
            frame.put((byte) (MASKED | length));
        } else {
            frame.put((byte) (MASKED | LENGTH_IN_TWO_BYTES)).putShort((short) length);
        }
        frame.putInt(0).put(payload).flip();
        if (channel.write(frame) < length) {
            throw new BenchFailure("The server does not read from the socket of a subscriber.");
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
