package dev.runlog.app.command.record;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** {@code POST /events} on a real socket, which remembers the lines that it gets. */
final class EventsEndpoint implements AutoCloseable {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    EventsEndpoint() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/events", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            lines.addAll(body.lines().toList());
            byte[] answer = "{\"recorded\":1,\"duplicates\":0,\"rejected\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    List<String> lines() {
        return lines;
    }

    /** The one event of that kind. */
    String line(String event) {
        return lines.stream()
                .filter(line -> line.contains("\"event\":\"" + event + "\""))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + event + " in " + lines));
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
