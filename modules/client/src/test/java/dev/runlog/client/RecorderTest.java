package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RecorderTest {
    private static final String FINE = "{\"recorded\":1,\"duplicates\":0,\"rejected\":[]}";

    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final Queue<Integer> statuses = new ConcurrentLinkedQueue<>();
    private final List<String> reported = new CopyOnWriteArrayList<>();
    private volatile String answer = FINE;
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private HttpServer server;
    private volatile boolean down;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/events", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (down) {
                exchange.close();
                return;
            }
            bodies.add(body);
            Integer status = statuses.poll();
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status == null ? 200 : status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void recordsTheResultOrExceptionOfWork() throws Exception {
        try (Recorder recorder = recorder()) {
            assertThat(recorder.<Integer>record("sum", () -> 3)).isEqualTo(3);
            assertThatThrownBy(() -> recorder.record("sum", () -> {
                        throw new IllegalStateException("no numbers");
                    }))
                    .hasMessage("no numbers");
        }

        String all = String.join("", bodies);
        assertThat(all).contains("\"status\":\"SUCCESS\"", "\"result\":3");
        assertThat(all)
                .contains("\"status\":\"FAILED\"", "java.lang.IllegalStateException", "no numbers", "RecorderTest");
        assertThat(reported).isEmpty();
    }

    @Test
    void resendsEventsThatAnOverloadedServerRejected() throws Exception {
        statuses.addAll(List.of(503, 503));
        try (Recorder recorder = recorder()) {
            recorder.start("patient");
            assertThat(recorder.flush(Duration.ofSeconds(20))).isTrue();
        }

        assertThat(bodies).hasSize(3).containsOnly(bodies.get(0));
        assertThat(reported).isEmpty();
    }

    @Test
    void reportsRejectedAndLostEvents() throws Exception {
        answer =
                "{\"recorded\":0,\"duplicates\":0,\"rejected\":[{\"line\":1,\"code\":\"BAD_INPUT\",\"message\":\"too long\"}]}";
        try (Recorder recorder = recorder()) {
            recorder.start("rejected");
            recorder.flush(Duration.ofSeconds(20));
            statuses.add(401);
            recorder.start("unauthenticated");
            recorder.flush(Duration.ofSeconds(20));
        }

        assertThat(reported).hasSize(2);
        assertThat(reported.get(0)).contains("BAD_INPUT", "too long", "rejected");
        assertThat(reported.get(1)).contains("401");
    }

    @Test
    void neverBlocksWhileTheServerIsSlowOrUnavailable() throws Exception {
        gate = new CountDownLatch(1);
        Recorder recorder = Recorder.to(url(), "t")
                .bufferMax(10)
                .giveUpAfter(Duration.ofMillis(200))
                .listener(listener())
                .build();
        for (int i = 0; i < 2000; i++) {
            recorder.start("flood");
        }
        assertThat(reported).anyMatch(line -> line.contains("The buffer is full"));
        down = true;
        gate.countDown();
        recorder.start("unavailable");
        recorder.close();

        assertThat(reported).anyMatch(line -> line.contains("does not respond"));
    }

    private Recorder recorder() {
        return Recorder.to(url(), "t").listener(listener()).build();
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private RecorderListener listener() {
        return new RecorderListener() {
            @Override
            public void onLost(int events, String reason) {
                reported.add(events + " lost: " + reason);
            }

            @Override
            public void onRejected(String event, String code, String message) {
                reported.add(code + " " + message + " " + event);
            }
        };
    }
}
