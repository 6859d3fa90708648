package dev.runlog.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runlog.contract.model.Ids;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Clients that record executions, and read them and lists of them, one request at a time. They retry after
 * the time that the server asks for, and remember every answer.
 */
final class HonestTraffic {
    private static final List<String> OWNERS = List.of("ada", "grace");
    private static final long PAUSE_MILLIS = 20;
    private static final Duration RETRIES_MAX = Duration.ofMinutes(1);

    private final RunningServer server;
    private final Set<UUID> recorded = ConcurrentHashMap.newKeySet();
    private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

    HonestTraffic(RunningServer server) {
        this.server = server;
    }

    /** How long requests took, from the first try to the answer. */
    static final class Latencies {
        private final List<Long> nanos = Collections.synchronizedList(new ArrayList<>());
        private final Queue<String> retries = new ConcurrentLinkedQueue<>();

        int requests() {
            return nanos.size();
        }

        private double millis(double quantile) {
            List<Long> sorted = nanos.stream().sorted().toList();
            return sorted.isEmpty() ? 0 : sorted.get((int) (quantile * (sorted.size() - 1))) / 1e6;
        }

        @Override
        public String toString() {
            return String.format(
                    "p50 %.1f ms, p99 %.1f ms, longest %.1f ms of %d requests, %d retries",
                    millis(0.5), millis(0.99), millis(1), requests(), retries.size());
        }
    }

    /** Executions that were answered as recorded. */
    Set<UUID> recorded() {
        return recorded;
    }

    /** What no honest client should see. */
    Queue<String> surprises() {
        return surprises;
    }

    /** Runs for that long, and until each client has its last answer. */
    Latencies run(Duration time) {
        Latencies latencies = new Latencies();
        CountDownLatch over = new CountDownLatch(1);
        List<Thread> clients = OWNERS.stream()
                .map(owner -> new Thread(() -> run(owner, latencies, time, over), "honest-" + owner))
                .toList();
        clients.forEach(Thread::start);
        clients.forEach(client -> join(client, time.plus(RETRIES_MAX).plus(RETRIES_MAX)));
        return latencies;
    }

    private void run(String owner, Latencies latencies, Duration time, CountDownLatch never) {
        String token = server.token(owner);
        long end = System.nanoTime() + time.toNanos();
        try {
            while (System.nanoTime() < end && surprises.isEmpty()) {
                UUID id = Ids.next();
                record(token, id, latencies, never);
                read(token, id, latencies, never);
                never.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | AssertionError failure) {
            surprises.add(owner + ": " + failure + ", " + failure.getCause());
        }
    }

    private void record(String token, UUID id, Latencies latencies, CountDownLatch never) throws InterruptedException {
        String line = "{\"event\":\"execution\",\"workflow\":\"honest\",\"id\":\"" + id
                + "\",\"status\":\"SUCCESS\",\"payload\":{\"n\":1}}\n";
        JsonNode report = answer("/events", "application/x-ndjson", line, token, latencies, never);
        if (report.path("recorded").asInt() + report.path("duplicates").asInt() != 1) {
            surprises.add("Not recorded: " + report);
        }
        recorded.add(id);
    }

    private void read(String token, UUID id, Latencies latencies, CountDownLatch never) throws InterruptedException {
        JsonNode one = query("{ execution(id: \"" + id + "\") { id status payload } }", token, latencies, never);
        if (!one.at("/data/execution/status").asText().equals("SUCCESS")) {
            surprises.add("Not read: " + one);
        }
        JsonNode list = query("{ executions(first: 20) { nodes { id } totalCount } }", token, latencies, never);
        if (!list.at("/data/executions/nodes").isArray()) {
            surprises.add("Not listed: " + list);
        }
    }

    private JsonNode query(String query, String token, Latencies latencies, CountDownLatch never)
            throws InterruptedException {
        String body = JsonNodeFactory.instance.objectNode().put("query", query).toString();
        return answer("/graphql", "application/json", body, token, latencies, never);
    }

    /** Sends until the answer is not that the server is overloaded. */
    private JsonNode answer(
            String path, String type, String body, String token, Latencies latencies, CountDownLatch never)
            throws InterruptedException {
        long start = System.nanoTime();
        while (true) {
            HttpResponse<String> response = server.send(
                    server.request(path, token).header("Content-Type", type).POST(BodyPublishers.ofString(body)));
            JsonNode answer = RunningServer.json(response);
            boolean overloaded = response.statusCode() == 503
                    || answer.at("/errors/0/extensions/code").asText().equals("OVERLOADED");
            if (!overloaded) {
                if (response.statusCode() != 200) {
                    surprises.add(path + ": " + response.statusCode() + " " + response.body());
                }
                latencies.nanos.add(System.nanoTime() - start);
                return answer;
            }
            latencies.retries.add(response.body());
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(-1);
            if (seconds < 0 || System.nanoTime() - start > RETRIES_MAX.toNanos()) {
                throw new AssertionError(
                        path + " stays refused: " + response.headers().map() + response.body());
            }
            never.await(seconds, TimeUnit.SECONDS);
        }
    }

    private static void join(Thread thread, Duration patience) {
        try {
            thread.join(patience.toMillis());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " hangs.");
        }
    }
}
