package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sockets that stop reading: by hand, as any library would go on reading for them. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SlowReaderTest {
    private static final String QUERY = "subscription { executionChanges { kind execution { id payload } } }";
    /** More than the buffers of a loopback connection take. */
    private static final int RUNS = 120;

    private TestDatabase database;

    @BeforeEach
    void use(TestDatabase given) {
        database = given;
    }

    @Test
    void isClosedWithAReasonAndOthersDoNotNotice() throws IOException {
        try (RunningServer server =
                RunningServer.start(database, "LIVE_SLOW_SUBSCRIBER_TIMEOUT", "PT0.5S", "LIVE_CLOSE_TIMEOUT", "PT1M")) {
            String token = server.token("slow-1");
            Subscriber other = server.subscriber(token);
            other.subscribe("1", QUERY);
            assertThat(other.nextEvent("executionChanges")).isEqualTo("SYNCED");
            try (RawSocket slow = new RawSocket(server, token)) {
                assertThat(slow.nextText()).contains("SYNCED");

                record(server, token);

                for (int run = 0; run < RUNS; run++) {
                    assertThat(other.nextEvent("executionChanges")).isEqualTo("ENTERED");
                }
                awaitSubscribers(server, 1);
                String frame = slow.nextText();
                int read = 0;
                while (frame.contains("ENTERED")) {
                    frame = slow.nextText();
                    read++;
                }
                assertThat(frame).isEqualTo("1013 The client did not read for 0.5 s");
                assertThat(read).isLessThan(RUNS);
            }
        }
    }

    /** Each has one large event waiting, which is more than all of them may have. */
    @Test
    void isClosedIfAllOfItsOwnerHaveTooMuchWaiting() throws IOException {
        try (RunningServer server = RunningServer.start(
                database,
                "GRAPHQL_RESPONSE_MAX_BYTES",
                "262144",
                "GRAPHQL_RESPONSES_MAX_BYTES",
                "1048576",
                "LIVE_SLOW_SUBSCRIBER_TIMEOUT",
                "PT3S")) {
            String token = server.token("slow-3");
            String honest = server.token("honest");
            Subscriber other = server.subscriber(honest);
            other.subscribe("1", QUERY);
            assertThat(other.nextEvent("executionChanges")).isEqualTo("SYNCED");
            List<RawSocket> slow = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                slow.add(new RawSocket(server, token));
                assertThat(slow.get(i).nextText()).contains("SYNCED");
            }

            record(server, token);

            awaitSubscribers(server, 1);
            List<String> closes = new ArrayList<>();
            for (RawSocket socket : slow) {
                String frame = socket.nextText();
                while (frame.contains("ENTERED")) {
                    frame = socket.nextText();
                }
                closes.add(frame);
                socket.close();
            }
            // Either their unread bytes or the next event exceeded the limit.
            assertThat(closes).anyMatch(close -> close.contains("(graphql.responses-max-bytes)"));
            server.data(honest, "mutation { startExecution(input: {workflowKey: \"w\"}) { execution { id } } }");
            assertThat(other.nextEvent("executionChanges")).isEqualTo("ENTERED");
        }
    }

    @Test
    void isCutIfItDoesNotReadTheClose() throws IOException {
        try (RunningServer server = RunningServer.start(
                database, "LIVE_SLOW_SUBSCRIBER_TIMEOUT", "PT0.2S", "LIVE_CLOSE_TIMEOUT", "PT0.2S")) {
            String token = server.token("slow-2");
            try (RawSocket slow = new RawSocket(server, token)) {
                assertThat(slow.nextText()).contains("SYNCED");

                record(server, token);

                slow.awaitCut();
                awaitSubscribers(server, 0);
            }
        }
    }

    private static void record(RunningServer server, String token) {
        String payload = "x".repeat(200_000);
        for (int run = 0; run < RUNS; run++) {
            server.events(
                    token,
                    "{\"event\":\"started\",\"workflow\":\"slow\",\"id\":\"" + Ids.next() + "\",\"payload\":\""
                            + payload + "\"}\n");
        }
    }

    private static void awaitSubscribers(RunningServer server, double expected) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (server.metric("runlog_subscribers") != expected) {
            assertThat(System.nanoTime()).as("subscribers stay").isLessThan(deadline);
        }
    }

    /** A client that reads frames on demand. */
    private static final class RawSocket implements AutoCloseable {
        private final Socket socket = new Socket();
        private final DataInputStream in;

        RawSocket(RunningServer server, String token) throws IOException {
            socket.setReceiveBufferSize(8192);
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), server.url().getPort()));
            in = new DataInputStream(socket.getInputStream());
            write("GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                    + "Sec-WebSocket-Protocol: graphql-transport-ws\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                head += (char) in.readUnsignedByte();
            }
            assertThat(head).startsWith("HTTP/1.1 101");
            send("{\"type\":\"connection_init\"}");
            assertThat(nextText()).contains("connection_ack");
            send("{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"" + QUERY + "\"}}");
        }

        /** The next message; of a close, its code and reason. */
        String nextText() throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            while (true) {
                int first = in.readUnsignedByte();
                int length = in.readUnsignedByte();
                long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
                byte[] content = in.readNBytes((int) size);
                int opcode = first & 15;
                if (opcode == 8) {
                    return ByteBuffer.wrap(content).getShort() + " "
                            + new String(content, 2, content.length - 2, StandardCharsets.UTF_8);
                }
                if (opcode < 2) {
                    text.write(content);
                    if (first >= 0x80) {
                        return text.toString(StandardCharsets.UTF_8);
                    }
                }
            }
        }

        /** Reads nothing until the connection is closed, which it detects by writing. */
        void awaitCut() throws IOException {
            long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            try {
                while (true) {
                    send("{\"type\":\"pong\"}");
                    assertThat(System.nanoTime()).as("it is not cut").isLessThan(deadline);
                }
            } catch (SocketException cut) {
                assertThat(cut).isNotNull();
            }
        }

        private void send(String text) throws IOException {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write(0x81);
            // Masked, as a client's frames must be, with a mask of zeros.
            if (content.length < 126) {
                frame.write(0x80 | content.length);
            } else {
                frame.write(0x80 | 126);
                frame.write(content.length >> 8);
                frame.write(content.length);
            }
            frame.write(new byte[4]);
            frame.write(content);
            socket.getOutputStream().write(frame.toByteArray());
        }

        private void write(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
