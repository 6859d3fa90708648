package dev.runlog.app;

import dev.runlog.contract.model.Ids;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** Attackers of every kind at once, each on its own threads and from its own address, until it is closed. */
final class HostileTraffic implements AutoCloseable {
    private static final String JSON = "Content-Type: application/json";
    private static final String NDJSON = "Content-Type: application/x-ndjson";
    private static final String CLOSE = "Connection: close";
    private static final byte[] PART_OF_A_BODY = new byte[200 << 10];
    private static final byte[] BOMB = gzip(new byte[20 << 20]);
    /** Attackers and server share the cores. */
    private static final long PAUSE_MILLIS = 50;

    /** The names of the only attacks to run, such as {@code messages,unread answers}; empty for all. */
    private static final Set<String> ATTACKS =
            new HashSet<>(List.of(System.getProperty("runlog.soak.attacks", "").split(",", -1)));

    private static final int LARGE_ROWS = 40;
    private static final int LARGE_ROW_BYTES = 200 << 10;
    private static final int FLOODED_ROWS = 2000;

    /** A round of an attack. It ends, without failing, when the server refuses or closes. */
    private interface Round {
        void run(Random random) throws IOException, InterruptedException;
    }

    private final RunningServer server;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Integer> rounds = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();

    /** Records what it asks for later, and starts. */
    HostileTraffic(RunningServer server, long seed) {
        this.server = server;
        recordRows();
        start("unfinished bodies", 2, seed, this::leaveBodiesUnfinished);
        start("slow heads", 1, seed, this::sendHeadsSlowly);
        start("gzip bombs", 1, seed, this::sendBombs);
        start("expensive queries", 6, seed, this::askExpensively);
        start("floods of events", 2, seed, this::flood);
        start("huge answers", 3, seed, this::requestHugeResponses);
        start("unread answers", 1, seed, this::readNoResponses);
        start("messages", 2, seed, this::sendMessages);
        start("half messages", 1, seed, this::leaveMessagesUnfinished);
        start("bad tokens", 1, seed, this::sendBadTokens);
        start("garbage", 1, seed, this::sendGarbage);
    }

    private void start(String name, int clients, long seed, Round round) {
        if (!ATTACKS.contains("") && !ATTACKS.contains(name)) {
            return;
        }
        for (int i = 0; i < clients; i++) {
            Random random = new Random(seed + threads.size());
            Thread thread = new Thread(() -> repeat(name, round, random), name);
            threads.add(thread);
            thread.start();
        }
    }

    private void repeat(String name, Round round, Random random) {
        try {
            while (over.getCount() > 0) {
                try {
                    round.run(random);
                } catch (IOException | AssertionError refused) {
                    refusals.merge(name, 1, Integer::sum);
                }
                rounds.merge(name, 1, Integer::sum);
                over.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private RawHttp client(int address) {
        return new RawHttp(server, "127.0.0." + address);
    }

    private void leaveBodiesUnfinished(Random random) throws IOException, InterruptedException {
        List<RawHttp> clients = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String token = random.nextBoolean() ? "" : server.token("mallory-" + random.nextInt(8));
            RawHttp client = client(2);
            clients.add(client);
            client.send(RawHttp.head(
                            random.nextBoolean() ? "POST /graphql" : "POST /events",
                            token,
                            random.nextBoolean() ? JSON : NDJSON,
                            "Content-Length: 1048576"))
                    .trySend(PART_OF_A_BODY);
        }
        over.await(500, TimeUnit.MILLISECONDS);
        closeAll(clients);
    }

    private void sendHeadsSlowly(Random random) throws IOException, InterruptedException {
        List<RawHttp> clients = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            clients.add(client(3).send("GET /graphql?query=%7Bviewer%7Bsubject%7D%7D HTTP/1.1\r\nHost: local"));
        }
        for (int i = 0; i < 20 && over.getCount() > 0; i++) {
            for (RawHttp client : clients) {
                client.trySend(new byte[] {'x'});
            }
            over.await(50, TimeUnit.MILLISECONDS);
        }
        closeAll(clients);
    }

    private void sendBombs(Random random) throws IOException {
        boolean events = random.nextBoolean();
        try (RawHttp client = client(4)) {
            client.send(RawHttp.head(
                            events ? "POST /events" : "POST /graphql",
                            server.token("mallory"),
                            events ? NDJSON : JSON,
                            "Content-Encoding: gzip",
                            CLOSE,
                            "Content-Length: " + BOMB.length))
                    .trySend(BOMB)
                    .skip();
        }
    }

    private void askExpensively(Random random) throws IOException {
        String query = IntStream.range(0, 48)
                .mapToObj(i -> "a" + i + ": executions(first: 50, filter: {errorContains: \"absent " + i
                        + "\", labels: {stage: \"test\"}}) { nodes { id } totalCount }")
                .collect(Collectors.joining(" ", "{ ", " }"));
        ask(5, server.token("mallory"), query);
    }

    private void flood(Random random) throws IOException {
        String payload = "x".repeat(1000);
        String body = IntStream.range(0, 1000)
                .mapToObj(i -> line("flood-" + random.nextInt(50), payload))
                .collect(Collectors.joining());
        post(6, "/events", NDJSON, server.token("mallory"), body).skip();
    }

    private void requestHugeResponses(Random random) throws IOException {
        ask(
                7,
                server.token("greedy"),
                "{ executions(first: " + (1 + random.nextInt(LARGE_ROWS)) + ") { nodes { payload } } }");
    }

    private void readNoResponses(Random random) throws IOException, InterruptedException {
        List<RawHttp> clients = new ArrayList<>();
        String body = "{\"query\":\"{ executions(first: 10) { nodes { payload } } }\"}";
        for (int i = 0; i < 10; i++) {
            clients.add(post(8, "/graphql", JSON, server.token("greedy"), body));
        }
        over.await(300, TimeUnit.MILLISECONDS);
        closeAll(clients);
    }

    private void sendMessages(Random random) throws IOException, InterruptedException {
        try (RawHttp client = webSocket(random.nextInt(4) > 0)) {
            for (int i = 0; i < 300; i++) {
                client.trySend(frame(
                        switch (random.nextInt(6)) {
                            case 0 -> "{\"type\":\"ping\",\"payload\":{\"a\":\"" + "x".repeat(1000) + "\"}}";
                            case 1 -> "{\"type\":\"complete\",\"id\":\"" + random.nextInt(150) + "\"}";
                            case 2 ->
                                "{\"type\":\"subscribe\",\"id\":\"" + random.nextInt(150)
                                        + "\",\"payload\":{\"query\":\"{ executions(first: 200) { nodes { id payload } } }\"}}";
                            case 3 -> "{\"type\":\"subscribe\",\"id\":5}".substring(random.nextInt(20));
                            default ->
                                "{\"type\":\"subscribe\",\"id\":\"s" + i
                                        + "\",\"payload\":{\"query\":\"subscription { runningExecutions { kind } }\"}}";
                        }));
            }
            over.await(100, TimeUnit.MILLISECONDS);
        }
    }

    private void leaveMessagesUnfinished(Random random) throws IOException, InterruptedException {
        List<RawHttp> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            byte[] whole = frame("x".repeat(random.nextBoolean() ? 7000 : 60_000));
            RawHttp client = webSocket(random.nextBoolean());
            clients.add(client.trySend(Arrays.copyOf(whole, whole.length / 2)));
        }
        over.await(300, TimeUnit.MILLISECONDS);
        closeAll(clients);
    }

    private void sendBadTokens(Random random) throws IOException {
        String valid = server.token("ada");
        String none = base64("{\"alg\":\"none\"}") + "." + valid.split("\\.", -1)[1] + ".";
        List<String> tokens = List.of(
                none,
                valid.substring(0, valid.length() - 4) + "AAAA",
                server.token(Duration.ofSeconds(-5), "ada"),
                "x".repeat(7000),
                "a.b.c");
        try (RawHttp client = client(9)) {
            for (int i = 0; i < 50; i++) {
                client.send(RawHttp.head(
                        "GET /graphql?query=%7Bviewer%7Bsubject%7D%7D", tokens.get(random.nextInt(tokens.size()))));
                if (client.answer().status() == 200) {
                    rounds.merge("tokens wrongly accepted", 1, Integer::sum);
                }
            }
        }
    }

    private void sendGarbage(Random random) throws IOException {
        byte[] bytes = new byte[random.nextInt(10_000)];
        random.nextBytes(bytes);
        try (RawHttp client = client(10)) {
            client.trySend("POST /graphql HTTP/1.1\r\n"
                            .substring(random.nextInt(23))
                            .getBytes(StandardCharsets.US_ASCII))
                    .trySend(bytes)
                    .trySend("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void ask(int address, String token, String query) throws IOException {
        try (RawHttp client =
                post(address, "/graphql", JSON, token, "{\"query\":\"" + query.replace("\"", "\\\"") + "\"}")) {
            client.skip();
        }
    }

    private RawHttp post(int address, String path, String type, String token, String body) throws IOException {
        return client(address)
                .send(RawHttp.head("POST " + path, token, type, CLOSE, "Content-Length: " + body.length()))
                .trySend(body.getBytes(StandardCharsets.US_ASCII));
    }

    private RawHttp webSocket(boolean known) throws IOException {
        RawHttp client = client(11);
        client.send(RawHttp.head(
                "GET /graphql",
                "",
                "Upgrade: websocket",
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
                "Sec-WebSocket-Protocol: graphql-transport-ws"));
        client.head();
        return known
                ? client.trySend(frame(
                        "{\"type\":\"connection_init\",\"payload\":{\"token\":\"" + server.token("greedy") + "\"}}"))
                : client;
    }

    /** A text frame with a mask of zeros, of less than 64 KB. */
    private static byte[] frame(String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        if (content.length < 126) {
            frame.write(0x80 | content.length);
        } else {
            frame.write(0x80 | 126);
            frame.write(content.length >> 8);
            frame.write(content.length);
        }
        frame.writeBytes(new byte[4]);
        frame.writeBytes(content);
        return frame.toByteArray();
    }

    private void recordRows() {
        String large = "x".repeat(LARGE_ROW_BYTES);
        for (int i = 0; i < LARGE_ROWS; i++) {
            record("greedy", line("large", large));
        }
        record(
                "mallory",
                IntStream.range(0, FLOODED_ROWS)
                        .mapToObj(i -> line("flooded", "x"))
                        .collect(Collectors.joining()));
    }

    private void record(String owner, String lines) {
        if (server.events(server.token(owner), lines).statusCode() != 200) {
            throw new AssertionError("The rows of " + owner + " were not recorded.");
        }
    }

    private static String line(String workflow, String payload) {
        return "{\"event\":\"execution\",\"workflow\":\"" + workflow + "\",\"id\":\"" + Ids.next()
                + "\",\"status\":\"FAILED\",\"labels\":{\"stage\":\"test\"},\"error\":{\"message\":\"It was refused\"},"
                + "\"payload\":\"" + payload + "\"}\n";
    }

    private static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return compressed.toByteArray();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void closeAll(List<RawHttp> clients) throws IOException {
        for (RawHttp client : clients) {
            client.close();
        }
    }

    /** How often each attack was repeated. */
    Map<String, Integer> rounds() {
        Map<String, Integer> all = new TreeMap<>(rounds);
        refusals.forEach((name, count) -> all.put(name + ", cut off", count));
        return all;
    }

    @Override
    public void close() {
        over.countDown();
        threads.forEach(RandomLoad::join);
    }
}
