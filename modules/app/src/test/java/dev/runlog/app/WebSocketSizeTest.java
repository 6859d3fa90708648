package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages of all sizes, whole and in parts, before and after a socket is initialised. */
@ServerTest({
    "HTTP_BODY_MAX_BYTES=" + WebSocketSizeTest.MESSAGE_MAX,
    "HTTP_BODIES_OWNER_MAX_BYTES=1000000",
    "HTTP_BODY_TIMEOUT=PT1S",
    "HTTP_BODY_RATE_MIN=1000000",
    "LIVE_CONNECTION_INIT_TIMEOUT=PT1M"
})
final class WebSocketSizeTest {
    static final int MESSAGE_MAX = 300_000;
    private static final int INIT_MAX = 8192;

    private final RunningServer server;
    private final String token;

    WebSocketSizeTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    @ParameterizedTest
    @ValueSource(ints = {70_000, 200_000, MESSAGE_MAX - 200})
    void acceptsLargeMessagesInOneOrManyFrames(int size) throws IOException {
        String message =
                "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{ viewer { subject } }\",\"variables\":"
                        + "{\"a\":\"" + "x".repeat(size) + "\"}}}";
        for (int frame : new int[] {Integer.MAX_VALUE, 10_000}) {
            try (Frames socket = initialised()) {
                socket.send(message, frame, true);

                assertThat(socket.next()).contains("\"type\":\"next\"", "alice");
            }
        }
    }

    @Test
    void closesWith1009AndTheReasonBeyondTheLimit() throws IOException {
        String tooLarge = "{\"type\":\"ping\",\"payload\":{\"a\":\"" + "x".repeat(MESSAGE_MAX) + "\"}}";
        for (int frame : new int[] {Integer.MAX_VALUE, 10_000, 1000}) {
            try (Frames socket = initialised()) {
                socket.send(tooLarge, frame, true);

                assertThat(socket.next()).isEqualTo("1009 Message too large (at most " + MESSAGE_MAX + " bytes)");
                socket.awaitEnd();
            }
        }
    }

    @Test
    void acceptsOnlySmallMessagesBeforeInitialisation() throws IOException {
        String tooLarge = "{\"type\":\"ping\",\"payload\":{\"a\":\"" + "x".repeat(2 * INIT_MAX) + "\"}}";
        for (int frame : new int[] {Integer.MAX_VALUE, 1000}) {
            try (Frames socket = new Frames(server)) {
                socket.send(tooLarge, frame, false);

                assertThat(socket.next()).isEqualTo("1009 Message too large (at most " + INIT_MAX + " bytes)");
                socket.awaitEnd();
            }
        }
    }

    @Test
    void boundsHalfMessagesOfAnOwner() throws IOException {
        List<Frames> sockets = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < 6; i++) {
            Frames socket = initialised();
            sockets.add(socket);
            socket.sendHalf(250_000);
        }
        for (Frames socket : sockets) {
            if (socket.next().startsWith("1013")) {
                refused++;
            }
            socket.close();
        }

        // Three of them find room; what they begin has to be complete after a second, too.
        assertThat(refused).isEqualTo(6);
        RunningServer.awaitThat(() -> server.metric("runlog_bodies_bytes") == 0);
    }

    @Test
    void closesAMessageOfEmptyFramesAfterTheTimeout() throws IOException {
        byte[] emptyStart = {1, (byte) 0x80, 0, 0, 0, 0};
        byte[] emptyContinuation = {0, (byte) 0x80, 0, 0, 0, 0};
        try (Frames socket = initialised()) {
            socket.sendRaw(emptyStart);
            socket.sendRaw(emptyContinuation);

            assertThat(socket.next()).startsWith("1013 ");
        }
    }

    @Test
    void closesWith1002OnBrokenFrames() throws IOException {
        try (Frames socket = initialised()) {
            socket.sendRaw(new byte[] {(byte) 0xf1, (byte) 0x80, 0, 0, 0, 0});

            assertThat(socket.next()).startsWith("1002 ");
            socket.awaitEnd();
        }
    }

    @Test
    void closesWith1007OnTextThatIsNotUtf8() throws IOException {
        byte[][] invalid = {
            {(byte) 0xff}, {(byte) 0xc3}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, {(byte) 0xc0, (byte) 0x80}
        };
        for (byte[] bytes : invalid) {
            for (boolean cut : new boolean[] {false, true}) {
                try (Frames socket = initialised()) {
                    socket.sendFrame(1, !cut, bytes, 0, bytes.length, bytes.length);
                    if (cut) {
                        socket.sendFrame(0, true, new byte[] {'a'}, 0, 1, 1);
                    }

                    assertThat(socket.next()).isEqualTo("1007 Text must be UTF-8");
                    socket.awaitEnd();
                }
            }
        }
    }

    @Test
    void acceptsCharactersCutByFrames() throws IOException {
        try (Frames socket = initialised()) {
            socket.send("{\"type\":\"ping\",\"payload\":{\"a\":\"\uD83D\uDE00\u00e9\"}}", 1, true);

            assertThat(socket.next()).contains("pong", "\\uD83D\\uDE00\u00e9");
        }
    }

    @Test
    void closesWith4400OnDuplicateMembers() {
        Subscriber subscriber = server.subscriber(token);
        subscriber.sendText("{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":"
                + "{\"query\":\"{ viewer { subject } }\",\"query\":\"{ __typename }\"}}");

        assertThat(subscriber.closeCode()).isEqualTo(4400);
        assertThat(subscriber.closeReason()).isEqualTo("Duplicate member `query`.");
    }

    @Test
    void closesWith4400OnPingsWithAnythingButAnObject() {
        for (String payload : new String[] {"5", "\"x\"", "[]", "true"}) {
            Subscriber subscriber = server.subscriber(token);
            subscriber.sendText("{\"type\":\"ping\",\"payload\":" + payload + "}");

            assertThat(subscriber.closeCode()).as(payload).isEqualTo(4400);
        }
        Subscriber subscriber = server.subscriber(token);
        subscriber.send(Map.of("type", "ping"));
        assertThat(subscriber.next("pong").has("payload")).isFalse();
    }

    private Frames initialised() throws IOException {
        Frames socket = new Frames(server);
        socket.send(
                "{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Bearer " + token + "\"}}",
                Integer.MAX_VALUE,
                true);
        assertThat(socket.next()).contains("connection_ack");
        return socket;
    }

    /** A client that cuts messages into frames as it likes. */
    private static final class Frames implements AutoCloseable {
        private final Socket socket = new Socket();
        private final DataInputStream in;

        Frames(RunningServer server) throws IOException {
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), server.url().getPort()));
            in = new DataInputStream(socket.getInputStream());
            sendRaw(RawHttp.head(
                            "GET /graphql",
                            "",
                            "Upgrade: websocket",
                            "Connection: Upgrade",
                            "Sec-WebSocket-Version: 13",
                            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                            "Sec-WebSocket-Protocol: graphql-transport-ws")
                    .getBytes(StandardCharsets.US_ASCII));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            assertThat(head).startsWith("HTTP/1.1 101");
        }

        void send(String message, int frameBytesMax, boolean all) throws IOException {
            byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
            try {
                for (int at = 0; at < bytes.length; at += Math.min(frameBytesMax, bytes.length - at)) {
                    int length = Math.min(frameBytesMax, bytes.length - at);
                    sendFrame(at == 0 ? 1 : 0, at + length == bytes.length, bytes, at, length, length);
                }
            } catch (IOException refused) {
                assertThat(all && bytes.length < MESSAGE_MAX).isFalse();
            }
        }

        void sendHalf(int bytes) throws IOException {
            sendFrame(1, true, new byte[bytes], 0, bytes, bytes + 1);
        }

        private void sendFrame(int opcode, boolean last, byte[] bytes, int start, int length, int declared)
                throws IOException {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write((last ? 0x80 : 0) | opcode);
            if (declared < 126) {
                frame.write(0x80 | declared);
            } else if (declared < 65536) {
                frame.write(0x80 | 126);
                frame.write(ByteBuffer.allocate(2).putShort((short) declared).array());
            } else {
                frame.write(0x80 | 127);
                frame.write(ByteBuffer.allocate(8).putLong(declared).array());
            }
            // A mask of zeros.
            frame.write(new byte[4]);
            frame.write(bytes, start, length);
            sendRaw(frame.toByteArray());
        }

        void sendRaw(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** The next message; of a close, its code and reason. */
        String next() throws IOException {
            while (true) {
                int opcode = in.readUnsignedByte() & 15;
                int length = in.readUnsignedByte();
                long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
                byte[] content = in.readNBytes((int) size);
                if (opcode == 8) {
                    return ByteBuffer.wrap(content).getShort() + " "
                            + new String(content, 2, content.length - 2, StandardCharsets.UTF_8);
                }
                if (opcode == 1) {
                    return new String(content, StandardCharsets.UTF_8);
                }
            }
        }

        void awaitEnd() throws IOException {
            try {
                assertThat(in.read()).isEqualTo(-1);
            } catch (java.net.SocketTimeoutException open) {
                throw new AssertionError("The server keeps the connection open.", open);
            } catch (java.net.SocketException reset) {
                assertThat(reset).isNotNull();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
