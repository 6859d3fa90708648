package dev.runlog.bench.traffic;

import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Pause;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Posts parts of files to {@code /events}. The kernel copies them from file to socket, which makes this client as cheap
 * as that of COPY.
 */
public final class EventSender {
    private static final int ATTEMPTS = 5;
    /** The server's {@code Retry-After}. */
    private static final long RETRY_MILLIS = 1000;

    private static final AtomicLong sentAgain = new AtomicLong();

    private final int port;

    public EventSender(int port) {
        this.port = port;
    }

    /** A range of a file with complete lines. */
    public record Part(Path file, long offset, long length, int lines) {}

    /** The body of one request. */
    public record Body(List<Part> parts) {
        public Body {
            parts = List.copyOf(parts);
        }

        long length() {
            return parts.stream().mapToLong(Part::length).sum();
        }
    }

    /** Splits a file into parts with a number of lines. */
    public static List<Part> split(Path file, int lines) {
        try (InputStream bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            List<Part> parts = new ArrayList<>();
            long offset = 0;
            long length = 0;
            int seen = 0;
            for (int read = bytes.read(); read >= 0; read = bytes.read()) {
                length++;
                if (read == '\n' && ++seen == lines) {
                    parts.add(new Part(file, offset, length, seen));
                    offset += length;
                    length = 0;
                    seen = 0;
                }
            }
            if (length > 0) {
                parts.add(new Part(file, offset, length, seen));
            }
            return parts;
        } catch (IOException failure) {
            throw new BenchFailure("Cannot read " + file + ": " + failure.getMessage(), failure);
        }
    }

    /** Sends each list in order on its own connection; returns after all responses. */
    public void send(List<List<Body>> bodies) {
        ExecutorService threads = Executors.newFixedThreadPool(bodies.size());
        try {
            bodies.stream()
                    .map(list -> CompletableFuture.runAsync(() -> list.forEach(this::post), threads))
                    .toList()
                    .forEach(CompletableFuture::join);
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof BenchFailure known ? known : failure;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Posts a body, and retries if the server says so. Fails unless all its events were recorded. */
    void post(Body body) {
        for (int attempt = 1; ; attempt++) {
            String answer = answerTo(body);
            if (answer.startsWith("HTTP/1.1 200") && answer.contains("\"rejected\":[]")) {
                return;
            }
            String shown = answer.substring(0, Math.min(600, answer.length()));
            if (!answer.startsWith("HTTP/1.1 503") || attempt == ATTEMPTS) {
                throw new BenchFailure("Events were not recorded: " + shown);
            }
            sentAgain.incrementAndGet();
            System.err.println("Events will be sent again in " + RETRY_MILLIS + " ms, after the response " + shown);
            Pause.millis(RETRY_MILLIS);
        }
    }

    /** Number of retried requests of all senders so far. */
    public static long sentAgain() {
        return sentAgain.get();
    }

    private String answerTo(Body body) {
        String head = "POST /events HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: "
                + "application/x-ndjson\r\nAuthorization: Bearer " + OwnerTokens.of(OwnerTokens.ENGINE)
                + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n";
        try (SocketChannel socket = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(head);
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
            for (Part part : body.parts()) {
                try (FileChannel file = FileChannel.open(part.file(), StandardOpenOption.READ)) {
                    for (long sent = 0; sent < part.length(); ) {
                        sent += file.transferTo(part.offset() + sent, part.length() - sent, socket);
                    }
                }
            }
            return new String(socket.socket().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new BenchFailure("Cannot send events: " + failure.getMessage(), failure);
        }
    }
}
