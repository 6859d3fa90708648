package dev.runlog.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.server.Server;
import dev.runlog.app.server.Tokens;
import dev.runlog.testing.Futures;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/** A whole server on a test's database and a free port, and a client for it. */
final class RunningServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "a secret of tests, of 32 characters";

    private final RunlogConfig config;
    private final URI url;
    private final Runnable stop;
    private final Vertx vertx = Vertx.vertx();
    // Kept, as a client that is not reachable any more closes its sockets.
    private final WebSocketClient webSockets = vertx.createWebSocketClient();
    private final AtomicInteger owners = new AtomicInteger();
    private final HttpClient http = HttpClient.newHttpClient();

    private RunningServer(RunlogConfig config, String url, Runnable stop) {
        this.config = config;
        this.url = URI.create(url);
        this.stop = stop;
    }

    /** Overrides are environment variables without their prefix, such as {@code HTTP_BODY_MAX_BYTES, 1000}. */
    static RunningServer start(TestDatabase database, String... overrides) {
        return start(database.url(), overrides);
    }

    static RunningServer start(String databaseUrl, String... overrides) {
        RunlogConfig config = RunlogConfig.load(null, environment(databaseUrl, overrides));
        Server server = Server.start(config);
        return new RunningServer(config, server.url(), server::close);
    }

    /** The same in a process of its own, which {@link #close} kills without a shutdown. */
    static RunningServer startProcess(String databaseUrl, String... overrides) {
        Map<String, String> environment = environment(databaseUrl, overrides);
        return of(ServerProcess.start(environment), environment);
    }

    /** A client for a process. */
    static RunningServer of(ServerProcess process, Map<String, String> environment) {
        return new RunningServer(RunlogConfig.load(null, environment), process.url(), process::kill);
    }

    /** Configuration of a test server, in this process or its own. */
    static Map<String, String> environment(String databaseUrl, String... overrides) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "RUNLOG_DATABASE_URL",
                databaseUrl,
                "RUNLOG_HTTP_PORT",
                "0",
                "RUNLOG_AUTH_SECRET",
                SECRET,
                "RUNLOG_AUTH_LEEWAY",
                "PT0S"));
        for (int i = 0; i < overrides.length; i += 2) {
            environment.put("RUNLOG_" + overrides[i], overrides[i + 1]);
        }
        return environment;
    }

    /** A token for reading and writing. */
    String token(String subject) {
        return token(subject, "executions:read", "executions:write");
    }

    String token(String subject, String... scopes) {
        return token(Duration.ofHours(1), subject, scopes);
    }

    String token(Duration validFor, String subject, String... scopes) {
        return Tokens.sign(vertx, config, subject, List.of(scopes), validFor);
    }

    URI url() {
        return url;
    }

    /** The {@code data} of an operation that must have no errors. */
    JsonNode data(String token, String query, Object... variables) {
        JsonNode answer = graphql(token, query, variables);
        if (answer.has("errors")) {
            throw new AssertionError(answer.get("errors").toPrettyString());
        }
        return answer.get("data");
    }

    /** The code of an operation's first error. */
    String code(String token, String query, Object... variables) {
        return graphql(token, query, variables).at("/errors/0/extensions/code").asText("none");
    }

    /** The whole answer; variables are given as names and values. */
    JsonNode graphql(String token, String query, Object... variables) {
        Map<String, Object> named = new LinkedHashMap<>();
        for (int i = 0; i < variables.length; i += 2) {
            named.put((String) variables[i], variables[i + 1]);
        }
        try {
            String body = JSON.writeValueAsString(Map.of("query", query, "variables", named));
            return JSON.readTree(send(request("/graphql", token)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body)))
                    .body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> get(String path, String token) {
        return send(request(path, token).GET());
    }

    HttpResponse<String> events(String token, String body) {
        return send(request("/events", token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(60));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    /** The value of a metric, all its label sets together. */
    double metric(String name) {
        return get("/metrics", "")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Requests that each event loop received, this one included. */
    Map<String, Double> requestsByLoop() {
        return requestsByLoop(get("/metrics", "").body());
    }

    static Map<String, Double> requestsByLoop(String metrics) {
        Map<String, Double> requests = new TreeMap<>();
        Matcher lines = Pattern.compile("runlog_requests_total\\{loop=\"(\\d+)\"} (\\S+)")
                .matcher(metrics);
        while (lines.find()) {
            requests.put(lines.group(1), Double.parseDouble(lines.group(2)));
        }
        return requests;
    }

    /** The event loop of a connection that sends one request while it is opened. */
    String loopOf(Runnable opening) {
        Map<String, Double> before = requestsByLoop();
        Map<String, Double> ofMetrics = requestsByLoop();
        opening.run();
        Map<String, Double> after = requestsByLoop();
        return after.keySet().stream()
                .filter(loop -> after.get(loop) - ofMetrics.get(loop) > ofMetrics.get(loop) - before.get(loop))
                .findFirst()
                .orElseThrow();
    }

    /** Subscribers on two event loops. */
    List<Subscriber> subscribersOnTwoLoops(String token) {
        Subscriber[] opened = new Subscriber[1];
        String first = loopOf(() -> opened[0] = subscriber(token));
        Subscriber one = opened[0];
        for (int attempt = 0; attempt < 20; attempt++) {
            if (!loopOf(() -> opened[0] = subscriber(token)).equals(first)) {
                return List.of(one, opened[0]);
            }
            opened[0].close();
        }
        throw new AssertionError("All sockets are on loop " + first + ".");
    }

    /** The number of statements that these requests run: the fewest of three counts, as background work adds to some. */
    double statementsOf(Runnable requests) {
        return DoubleStream.generate(() -> {
                    double before = metric("runlog_query_seconds_count");
                    requests.run();
                    return metric("runlog_query_seconds_count") - before;
                })
                .limit(3)
                .min()
                .orElseThrow();
    }

    /** The processor time that requests take on the event loops of this process, however busy the machine is. */
    static Duration eventLoopTimeOf(Runnable requests) {
        long before = eventLoopNanos();
        requests.run();
        return Duration.ofNanos(eventLoopNanos() - before);
    }

    private static long eventLoopNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("vert.x-eventloop"))
                .mapToLong(thread -> Math.max(0, threads.getThreadCpuTime(thread.getThreadId())))
                .sum();
    }

    /** Asks again until it is so; an error after half a minute. Each time costs a request, which paces it. */
    static void awaitThat(BooleanSupplier isSo) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Timed out after 30 s.");
            }
            // Leaves the processor to the server.
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** An open socket with the subprotocol; nothing is sent yet. */
    Subscriber socket() {
        return socket(new WebSocketConnectOptions().addSubProtocol("graphql-transport-ws"));
    }

    Subscriber socket(WebSocketConnectOptions options) {
        ClientWebSocket socket = webSockets.webSocket();
        // It listens before it connects, so that it misses nothing.
        Subscriber subscriber = new Subscriber(socket);
        Futures.await(socket.connect(
                options.setHost("127.0.0.1").setPort(url().getPort()).setURI(url().getPath() + "/graphql")));
        return subscriber;
    }

    /**
     * How a socket is closed that names no subprotocol. It is closed as soon as it is open, which Vert.x's client fails
     * on where the close comes before it has installed its handlers; the JDK's client listens from the start.
     */
    int closeCodeWithoutSubprotocol() {
        CompletableFuture<Integer> code = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onClose(WebSocket socket, int statusCode, String reason) {
                code.complete(statusCode);
                return null;
            }
        };
        return http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + url().getPort() + "/graphql"), listener)
                .thenCompose(open -> code)
                .join();
    }

    /** A socket that was acknowledged. */
    Subscriber subscriber(String token) {
        Subscriber subscriber = socket();
        subscriber.send(Map.of("type", "connection_init", "payload", Map.of("Authorization", "Bearer " + token)));
        subscriber.next("connection_ack");
        return subscriber;
    }

    static List<String> texts(JsonNode array, String pointer) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.at(pointer).asText()));
        return texts;
    }

    /** The name of an owner that no other test uses. */
    String anOwner() {
        return "owner-" + owners.incrementAndGet();
    }

    @Override
    public void close() {
        stop.run();
        Futures.await(vertx.close());
    }
}
