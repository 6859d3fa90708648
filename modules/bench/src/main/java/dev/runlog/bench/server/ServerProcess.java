package dev.runlog.bench.server;

import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Home;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.OwnerTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The real server, {@code runlog serve} with its defaults, in its own process. */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final long STOP_PATIENCE_SECONDS = 60;

    private final Process process;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Duration startTime;

    private ServerProcess(Process process, int port, long startedNanos, Path log) {
        this.process = process;
        this.port = port;
        awaitReady(startedNanos, log);
        this.startTime = Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Starts it on a database and waits until it is ready. */
    public static ServerProcess start(Home home, Postgres database, Path log) {
        return start(home, Map.of("RUNLOG_DATABASE_URL", database.url()), log);
    }

    /** Starts it with an embedded database in a directory. */
    public static ServerProcess startEmbedded(Home home, Path dataDirectory, Path log) {
        return start(home, Map.of("RUNLOG_DATA_DIR", dataDirectory.toString()), log);
    }

    private static ServerProcess start(Home home, Map<String, String> settings, Path log) {
        int port = freePort();
        ProcessBuilder builder = home.launcher("serve")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(settings);
        builder.environment().put("RUNLOG_HTTP_PORT", Integer.toString(port));
        builder.environment().put("RUNLOG_AUTH_SECRET", OwnerTokens.SECRET);
        // One caller requests unusually many cleanups.
        builder.environment().put("RUNLOG_RETENTION_REQUESTS_PER_MINUTE", "100000");
        try {
            long started = System.nanoTime();
            return new ServerProcess(builder.start(), port, started, log);
        } catch (IOException failure) {
            throw new BenchFailure("Cannot start the server: " + failure.getMessage(), failure);
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** Names of its threads by their IDs. */
    public Map<Long, String> threadNames() {
        return ThreadNames.of(process.pid());
    }

    /** Time from the start of the process until it is ready. */
    public Duration startTime() {
        return startTime;
    }

    /** Peak resident memory, in bytes; 0 if unknown. */
    public long residentBytesMax() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException noSuchFile) {
            return 0;
        }
    }

    /** Processor time used. */
    public Duration processorTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Returns the body of a response, which must be 200. */
    public String graphql(String subject, String body) {
        return send(HttpRequest.newBuilder(uri("/graphql"))
                .header("Authorization", "Bearer " + OwnerTokens.of(subject))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public String get(String subject, String path) {
        return send(HttpRequest.newBuilder(uri(path)).header("Authorization", "Bearer " + OwnerTokens.of(subject)));
    }

    /** Sends events; fails unless the response is 200. */
    public CompletableFuture<String> sendEvents(String subject, String lines) {
        HttpRequest request = HttpRequest.newBuilder(uri("/events"))
                .header("Authorization", "Bearer " + OwnerTokens.of(subject))
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(lines))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
                .thenApply(response -> {
                    if (response.statusCode() != 200 || !response.body().contains("\"rejected\":[]")) {
                        throw new BenchFailure("The server returned " + response.statusCode() + ": " + response.body());
                    }
                    return response.body();
                });
    }

    /** Sends one call of a load. */
    public String send(Call call) {
        return call.method().equals("GET") ? get(call.subject(), call.path()) : graphql(call.subject(), call.body());
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(
                    request.timeout(Duration.ofMinutes(2)).build(),
                    HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (response.statusCode() != 200) {
                throw new BenchFailure("The server returned " + response.statusCode() + ": " + response.body());
            }
            return response.body();
        } catch (IOException failure) {
            throw new BenchFailure("The server did not respond: " + failure, failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("Interrupted.", stop);
        }
    }

    private void awaitReady(long startedNanos, Path log) {
        HttpRequest request = HttpRequest.newBuilder(uri("/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        while (process.isAlive() && System.nanoTime() - startedNanos < START_PATIENCE.toNanos()) {
            try {
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return;
                }
            } catch (IOException notYet) {
                // Not listening yet.
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                break;
            }
            Pause.millis(10);
        }
        process.destroy();
        throw new BenchFailure("The server did not become ready; see " + log + ".");
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new BenchFailure("Cannot find a free port: " + failure.getMessage(), failure);
        }
    }
}
