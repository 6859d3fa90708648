package dev.runlog.client;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** An HTTP server with scripted responses. It keeps the requests, and the losses that the recorder reports. */
final class EventsEndpoint implements AutoCloseable {
    /** Returns the response to a body; attempts start at 1. */
    interface Answers {
        Answer to(int attempt, List<String> lines) throws Exception;
    }

    record Answer(int status, Map<String, String> headers, String body) {
        static final Answer RECORDED = new Answer(200, Map.of(), "{\"recorded\":1,\"duplicates\":0,\"rejected\":[]}");

        static Answer status(int status) {
            return new Answer(status, Map.of(), "{\"error\":{\"message\":\"no\"}}");
        }
    }

    record Request(String path, String token, int bytes, List<String> lines) {}

    final List<Request> requests = new CopyOnWriteArrayList<>();
    /** Lines of the bodies that got a 200 response. */
    final List<String> recorded = new CopyOnWriteArrayList<>();

    final List<String> reported = new CopyOnWriteArrayList<>();
    final BlockingQueue<String> spoolFailures = new LinkedBlockingQueue<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    EventsEndpoint(Answers answers) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            List<String> lines =
                    new String(body, StandardCharsets.UTF_8).lines().toList();
            Headers headers = exchange.getRequestHeaders();
            requests.add(new Request(
                    exchange.getRequestURI().getPath(),
                    headers.getFirst("Authorization").replace("Bearer ", ""),
                    body.length,
                    lines));
            try {
                Answer answer = answers.to(requests.size(), lines);
                if (answer.status() == 200) {
                    recorded.addAll(lines);
                }
                answer.headers().forEach(exchange.getResponseHeaders()::add);
                byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status(), bytes.length);
                exchange.getResponseBody().write(bytes);
            } catch (Exception failure) {
                reported.add("The test's endpoint failed: " + failure);
            } finally {
                exchange.close();
            }
        });
        server.start();
    }

    /** An endpoint that records everything. */
    static EventsEndpoint recordingAll() throws IOException {
        return new EventsEndpoint((attempt, lines) -> Answer.RECORDED);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    RecorderBuilder recorder() {
        return Recorder.to(url(), "t").giveUpAfter(Duration.ofSeconds(20)).listener(listener());
    }

    RecorderListener listener() {
        return new RecorderListener() {
            @Override
            public void onLost(int events, String reason) {
                reported.add(events + " lost: " + reason);
            }

            @Override
            public void onRejected(String event, String code, String message) {
                reported.add(code + " " + message + " " + event);
            }

            @Override
            public void onSpoolFailure(String reason) {
                spoolFailures.add(reason);
            }
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
