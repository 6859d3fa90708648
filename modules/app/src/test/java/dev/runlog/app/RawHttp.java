package dev.runlog.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A client that sends exactly the bytes that it is given, as libraries refuse to send bad requests. */
final class RawHttp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Socket socket = new Socket();
    private final InputStream in;

    /** An answer; the head ends with an empty line, and its names are in lower case. */
    record Answer(int status, String head, String body) {}

    RawHttp(RunningServer server) {
        this(server, "127.0.0.1");
    }

    /** A client at another address of this machine, where that is possible. */
    RawHttp(RunningServer server, String from) {
        try {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            if (!from.equals("127.0.0.1") && isLocal(from)) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            socket.connect(new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), server.url().getPort()));
            in = socket.getInputStream();
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    /** Sends a request line and headers, with a token unless that is empty; without a body. */
    static String head(String requestLine, String token, String... headers) {
        StringBuilder head = new StringBuilder(requestLine + " HTTP/1.1\r\nHost: localhost\r\n");
        if (!token.isEmpty()) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    RawHttp send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    RawHttp send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends until the server reads no more; does not fail then. */
    RawHttp trySend(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException refused) {
            assert refused != null;
        }
        return this;
    }

    /** The next answer with its body by its length or chunks; an informational one has none. */
    Answer answer() throws IOException {
        String head = headOf().toLowerCase(Locale.ROOT);
        if (head.isEmpty()) {
            throw new AssertionError("The connection was closed without an answer.");
        }
        int status = Integer.parseInt(head.substring(9, 12));
        String body = "";
        if (status >= 200 && head.contains("content-length: ")) {
            String length = head.split("content-length: ", 2)[1].split("\r\n", 2)[0];
            body = new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8);
        }
        return new Answer(status, head, body);
    }

    /** Reads until the server closes; fails after half a minute. Returns what came. */
    String untilClosed() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (java.net.SocketTimeoutException open) {
            throw new AssertionError("The server keeps the connection open.", open);
        } catch (IOException reset) {
            assert reset != null;
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Some systems have but one loopback address. */
    private static boolean isLocal(String address) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(address, 0));
            return true;
        } catch (IOException absent) {
            return false;
        }
    }

    /** Reads until the server closes, and keeps nothing of it. */
    void skip() throws IOException {
        in.transferTo(OutputStream.nullOutputStream());
    }

    /** The head of the next answer, without its body. */
    String head() throws IOException {
        return headOf();
    }

    /** Whether {@link #close} is a reset, as of a process that was killed. */
    void resetOnClose(boolean reset) throws IOException {
        socket.setSoLinger(reset, 0);
    }

    private String headOf() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return head.toString();
            }
            head.append((char) next);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
