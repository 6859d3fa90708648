package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.config.StartFailure;
import dev.runlog.app.server.Server;
import dev.runlog.app.server.Tokens;
import dev.runlog.testing.Futures;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.Relay;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** Servers, each a process of its own, on one database. */
@ExtendWith(PostgresExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClusterTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SECRET = "a secret of tests, of 32 characters";
    private static final String RUNNING = "subscription { runningExecutions { kind execution { id status trigger } } }";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient webSockets = vertx.createWebSocketClient();
    private final List<Node> nodes = new ArrayList<>();
    private int owners;

    /** Each test has executions of its own. */
    @BeforeEach
    void newOwner() {
        owners++;
    }

    @AfterEach
    void stop() {
        nodes.forEach(node -> node.process.destroyForcibly());
        nodes.clear();
    }

    @AfterAll
    void close() {
        Futures.await(vertx.close());
    }

    @Test
    void watchesOnOneServerWhatIsRecordedOnAnother(TestDatabase database) throws Exception {
        List<Integer> ports = freePorts(3);
        for (int port : ports) {
            nodes.add(start(database, port, ports));
        }
        Node recorder = nodes.get(0);
        Node watcher = nodes.get(1);
        Node third = nodes.get(2);
        for (Node node : nodes) {
            awaitPeers(node, 2);
        }
        Subscriber subscriber = subscriber(watcher, token());
        subscriber.subscribe("1", RUNNING);
        assertThat(next(subscriber)).isEqualTo("SYNCED");

        String first = begin(recorder, "first");
        assertThat(next(subscriber)).isEqualTo("ENTERED RUNNING first");
        begin(third, "second");
        assertThat(next(subscriber)).isEqualTo("ENTERED RUNNING second");

        third.process.destroyForcibly();

        // What it may have recorded and not announced is in the new snapshot.
        assertThat(next(subscriber)).isEqualTo("RESET");
        assertThat(List.of(next(subscriber), next(subscriber)))
                .containsExactly("ENTERED RUNNING second", "ENTERED RUNNING first");
        assertThat(next(subscriber)).isEqualTo("SYNCED");
        finish(recorder, first);
        assertThat(next(subscriber)).isEqualTo("LEFT SUCCESS first");
        awaitPeers(watcher, 1);
    }

    /** Each is reached by relays alone, which lie on addresses of their own; all of 127.0.0.0/8 is this machine. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void restartsSubscriptionsOnAServerThatWasCutOff(TestDatabase database) throws Exception {
        List<Integer> ports = freePorts(4);
        List<Relay> relays = List.of(
                Relay.at(vertx, "127.0.0.2", "127.0.0.1", ports.get(0)),
                Relay.at(vertx, "127.0.0.2", "127.0.0.1", ports.get(1)),
                Relay.at(vertx, "127.0.0.3", "127.0.0.1", ports.get(2)),
                Relay.at(vertx, "127.0.0.3", "127.0.0.1", ports.get(3)));
        String members = "127.0.0.2:" + ports.get(0) + ",127.0.0.3:" + ports.get(2);
        Node recorder = startBehind("127.0.0.2", ports.get(0), ports.get(1), members, database);
        Node watcher = startBehind("127.0.0.3", ports.get(2), ports.get(3), members, database);
        awaitPeers(recorder, 1);
        awaitPeers(watcher, 1);
        Subscriber subscriber = subscriber(watcher, token());
        subscriber.subscribe("1", RUNNING);
        assertThat(next(subscriber)).isEqualTo("SYNCED");
        String first = begin(recorder, "first");
        assertThat(next(subscriber)).isEqualTo("ENTERED RUNNING first");

        relays.forEach(Relay::cut);
        // Beats that do not come may hide announcements.
        assertThat(next(subscriber)).isEqualTo("RESET");
        assertThat(List.of(next(subscriber), next(subscriber))).containsExactly("ENTERED RUNNING first", "SYNCED");
        awaitPeers(watcher, 0);
        awaitPeers(recorder, 0);
        begin(recorder, "second");
        finish(recorder, first);
        relays.forEach(Relay::restore);

        assertThat(next(subscriber)).isEqualTo("RESET");
        assertThat(List.of(next(subscriber), next(subscriber))).containsExactly("ENTERED RUNNING second", "SYNCED");
        awaitPeers(watcher, 1);
        begin(recorder, "third");
        assertThat(next(subscriber)).isEqualTo("ENTERED RUNNING third");
    }

    /** Vert.x would make one of each cluster manager on the class path, whether it is wanted or not. */
    @Test
    void loadsNothingOfTheClusterWithoutOne() {
        for (String type :
                List.of("io.vertx.spi.cluster.hazelcast.HazelcastClusterManager", "com.hazelcast.core.Hazelcast")) {
            assertThatThrownBy(() -> Class.forName(type)).isInstanceOf(ClassNotFoundException.class);
        }
    }

    @Test
    void needsADatabaseThatServersCanShare() {
        RunlogConfig alone =
                RunlogConfig.load(null, Map.of("RUNLOG_CLUSTER_ENABLED", "true", "RUNLOG_DATA_DIR", "unused"));

        assertThatThrownBy(() -> Server.start(alone))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("cluster.enabled");
    }

    private Node start(TestDatabase database, int port, List<Integer> ports) throws IOException {
        return start(
                database,
                Map.of(
                        "RUNLOG_CLUSTER_PORT",
                        Integer.toString(port),
                        "RUNLOG_CLUSTER_MEMBERS",
                        ports.stream().map(member -> "127.0.0.1:" + member).collect(Collectors.joining(","))));
    }

    private Node startBehind(String publicHost, int port, int busPort, String members, TestDatabase database)
            throws IOException {
        Node node = start(
                database,
                Map.of(
                        "RUNLOG_CLUSTER_PUBLIC_HOST",
                        publicHost,
                        "RUNLOG_CLUSTER_PORT",
                        Integer.toString(port),
                        "RUNLOG_CLUSTER_BUS_PORT",
                        Integer.toString(busPort),
                        "RUNLOG_CLUSTER_MEMBERS",
                        members));
        nodes.add(node);
        return node;
    }

    private static Node start(TestDatabase database, Map<String, String> cluster) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Main.class.getName(),
                "serve");
        builder.environment().putAll(cluster);
        builder.environment()
                .putAll(Map.of(
                        "RUNLOG_DATABASE_URL",
                        database.url(),
                        "RUNLOG_HTTP_PORT",
                        "0",
                        "RUNLOG_AUTH_SECRET",
                        SECRET,
                        "RUNLOG_CLUSTER_ENABLED",
                        "true",
                        "RUNLOG_CLUSTER_BEAT_INTERVAL",
                        "PT0.5S"));
        builder.redirectErrorStream(true);
        return new Node(builder.start());
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            ports.add(socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    private void awaitPeers(Node node, int expected) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        String metric = "runlog_cluster_peers " + expected;
        while (!get(node.url() + "/metrics").contains(metric)) {
            assertThat(System.nanoTime()).as("peers of " + node.url()).isLessThan(deadline);
        }
    }

    private String begin(Node node, String trigger) throws Exception {
        return graphql(
                        node,
                        "mutation { startExecution(input: {workflowKey: \"shared\", trigger: \"" + trigger
                                + "\"}) { execution { id } } }")
                .at("/data/startExecution/execution/id")
                .asText();
    }

    private void finish(Node node, String id) throws Exception {
        graphql(
                node,
                "mutation { finishExecution(input: {executionId: \"" + id
                        + "\", status: SUCCESS}) { execution { id } } }");
    }

    private JsonNode graphql(Node node, String query) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(node.url() + "/graphql"))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(Map.of("query", query))))
                .build();
        return JSON.readTree(
                http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }

    private String get(String url) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private Subscriber subscriber(Node node, String token) throws IOException {
        URI url = URI.create(node.url());
        ClientWebSocket socket = webSockets.webSocket();
        Subscriber subscriber = new Subscriber(socket);
        Futures.await(socket.connect(new WebSocketConnectOptions()
                .addSubProtocol("graphql-transport-ws")
                .setHost(url.getHost())
                .setPort(url.getPort())
                .setURI("/graphql")));
        subscriber.send(Map.of("type", "connection_init", "payload", Map.of("Authorization", "Bearer " + token)));
        subscriber.next("connection_ack");
        return subscriber;
    }

    private static String next(Subscriber subscriber) {
        JsonNode event = subscriber.next("next").at("/payload/data/runningExecutions");
        return (event.get("kind").asText() + " " + event.at("/execution/status").asText() + " "
                        + event.at("/execution/trigger").asText())
                .trim();
    }

    private String token() {
        RunlogConfig config = RunlogConfig.load(null, Map.of("RUNLOG_AUTH_SECRET", SECRET));
        return Tokens.sign(
                vertx, config, "owner-" + owners, List.of("executions:read", "executions:write"), Duration.ofHours(1));
    }

    /** A server; what it prints is read to its end, so that it never waits for that. */
    private static final class Node {
        final Process process;
        private final BufferedReader output;
        private String url = "";

        Node(Process process) {
            this.process = process;
            this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        String url() throws IOException {
            while (url.isEmpty()) {
                String line = output.readLine();
                if (line == null) {
                    throw new AssertionError("It did not start; what it said is above.");
                }
                System.out.println(line);
                if (line.startsWith("Runlog is listening on ")) {
                    url = line.substring("Runlog is listening on ".length());
                    Thread rest = new Thread(() -> output.lines().forEach(System.out::println), "output of " + url);
                    rest.setDaemon(true);
                    rest.start();
                }
            }
            return url;
        }
    }
}
