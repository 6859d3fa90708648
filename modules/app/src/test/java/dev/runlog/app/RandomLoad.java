package dev.runlog.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.UnsuccessfulList;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Clients that record at random by {@code POST /events}, about each other's executions too, and remember what was
 * answered: that is what has to be there in the end.
 */
final class RandomLoad {
    /** The executions of the last are cleaned up meanwhile, so that only its counts can be foretold. */
    static final List<String> OWNERS = List.of("alice", "bob", "carol");

    private static final List<String> ENDS = List.of("SUCCESS", "FAILED", "CANCELLED");
    private static final int LINES_MAX = 30;

    private final HttpClient http = HttpClient.newHttpClient();
    private final long seed;
    private final CountDownLatch busy;
    private final Map<String, List<UUID>> ids = new HashMap<>();
    private final Map<String, Queue<Line>> accepted = new HashMap<>();
    private final Queue<Body> unanswered = new ConcurrentLinkedQueue<>();
    private final Set<UUID> recorded = ConcurrentHashMap.newKeySet();
    private final Map<UUID, String> ends = new ConcurrentHashMap<>();
    private final Queue<String> surprises = new ConcurrentLinkedQueue<>();

    /** @param end the status that an execution has once the line is accepted; null where it says nothing of that */
    private record Line(String text, UUID id, @Nullable String end, boolean repeatable) {}

    private record Body(String owner, List<Line> lines) {}

    /** @param busyAfter how many bodies are to be answered until it counts as busy */
    RandomLoad(long seed, int busyAfter) {
        this.seed = seed;
        this.busy = new CountDownLatch(busyAfter);
        OWNERS.forEach(owner -> {
            ids.put(owner, Collections.synchronizedList(new ArrayList<>()));
            accepted.put(owner, new ConcurrentLinkedQueue<>());
        });
    }

    /**
     * Runs clients concurrently, each until it has sent a number of bodies, is asked to retry later, or the server is
     * gone.
     */
    Runnable start(RunningServer server, int clients, int bodies) {
        List<Thread> threads = IntStream.range(0, clients)
                .mapToObj(client -> new Thread(() -> run(server, new Random(seed + client), bodies), "load-" + client))
                .toList();
        threads.forEach(Thread::start);
        return () -> threads.forEach(RandomLoad::join);
    }

    void awaitBusy() throws InterruptedException {
        if (!busy.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("Not busy within half a minute.");
        }
    }

    /** Sends again what was not answered, until it is; how many bodies that were. */
    int repeatUnanswered(RunningServer server) throws IOException {
        List<Body> open = new ArrayList<>();
        for (Body body = unanswered.poll(); body != null; body = unanswered.poll()) {
            open.add(body);
        }
        for (Body body : open) {
            send(server, body);
        }
        return open.size();
    }

    /** Sends again all that was accepted, and returns what of it was taken for new. */
    long repeatAccepted(RunningServer server) throws IOException {
        long taken = 0;
        for (String owner : OWNERS.subList(0, 2)) {
            List<Line> lines =
                    accepted.get(owner).stream().filter(Line::repeatable).toList();
            HttpResponse<String> answer = post(server, owner, lines);
            JsonNode report = RunningServer.json(answer);
            taken += report.get("recorded").asLong();
            report.get("rejected").forEach(line -> surprises.add("rejected the second time: " + line));
            if (answer.statusCode() != 200) {
                surprises.add(answer.statusCode() + " " + answer.body());
            }
        }
        return taken;
    }

    /** Executions that are stored differently from what was answered. */
    List<String> lost(Connection connection) throws SQLException {
        List<String> lost = new ArrayList<>(surprises);
        Map<UUID, String> stored = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT coalesce(external_id::uuid, id), status FROM execution")) {
            while (rows.next()) {
                stored.put(
                        rows.getObject(1, UUID.class),
                        List.of("RUNNING", "SUCCESS", "FAILED", "CANCELLED", "CRASHED")
                                .get(rows.getInt(2) - 1));
            }
        }
        Set<UUID> checked = new HashSet<>(recorded);
        checked.removeAll(ids.get(OWNERS.get(2)));
        checked.stream().filter(id -> !stored.containsKey(id)).forEach(id -> lost.add(id + " is not there"));
        checked.stream()
                .filter(id -> ends.containsKey(id) && !ends.get(id).equals(stored.get(id)))
                .forEach(id -> lost.add(id + " is " + stored.get(id) + ", not " + ends.get(id)));
        return lost;
    }

    /**
     * Rollups and daily totals that differ from their rows or from each other, steps without an execution, and wrong
     * rows in the list of failures.
     */
    static List<String> wrong(Connection connection) throws SQLException {
        String counts = IntStream.rangeClosed(0, 5)
                .mapToObj(status -> "count(*) FILTER (WHERE status = " + status + ") AS s" + status)
                .collect(Collectors.joining(", "));
        String sql = "SELECT r, d FROM (SELECT owner_id, workflow_id, "
                + "(uuid_extract_timestamp(id) AT TIME ZONE 'UTC')::date AS day, " + counts
                + ", coalesce(sum(duration_millis) FILTER (WHERE duration_millis > 0), 0) AS millis FROM execution "
                + "GROUP BY 1, 2, 3) r FULL JOIN (SELECT d.*, o.subject FROM execution_rollup d JOIN owner o "
                + "ON o.id = d.owner_id) d USING (owner_id, workflow_id, day) "
                + "WHERE coalesce(s0, 0) <> coalesce(queued, 0) OR coalesce(s1, 0) <> coalesce(running, 0) "
                + "OR coalesce(s2, 0) <> coalesce(success - success_deleted, 0) "
                + "OR coalesce(s3, 0) <> coalesce(failed - failed_deleted, 0) "
                + "OR coalesce(s4, 0) <> coalesce(cancelled - cancelled_deleted, 0) "
                + "OR coalesce(s5, 0) <> coalesce(crashed - crashed_deleted, 0) "
                + "OR subject IS DISTINCT FROM '" + OWNERS.get(2)
                + "' AND coalesce(millis, 0) <> coalesce(duration_millis_sum, 0) "
                + "UNION ALL SELECT h, d FROM (SELECT owner_id, workflow_id, day, sum(count) AS ended FROM ("
                + "SELECT owner_id, workflow_id, day, count FROM daily_histogram, unnest(buckets, counts) AS n (bucket, count) "
                + "WHERE bucket < 1000 AND owner_id <> 0 AND workflow_id <> '00000000-0000-0000-0000-000000000000' "
                + "UNION ALL SELECT owner_id, workflow_id, day, count FROM histogram_delta, "
                + "unnest(owner_ids, workflow_ids, days, buckets, counts) AS n (owner_id, workflow_id, day, bucket, count) "
                + "WHERE bucket < 1000) n "
                + "GROUP BY 1, 2, 3) h FULL JOIN (SELECT d.* FROM execution_daily d) d "
                + "USING (owner_id, workflow_id, day) "
                + "WHERE coalesce(ended, 0) <> coalesce(success + failed + cancelled + crashed - unstarted, 0) "
                + "UNION ALL SELECT h, d FROM (SELECT owner_id, workflow_id, day, "
                + "sum(count) FILTER (WHERE bucket % 8 = 2) AS s2, sum(count) FILTER (WHERE bucket % 8 = 3) AS s3, "
                + "sum(count) FILTER (WHERE bucket % 8 = 4) AS s4, sum(count) FILTER (WHERE bucket % 8 = 5) AS s5 FROM ("
                + "SELECT owner_id, workflow_id, day, bucket, count FROM daily_histogram, unnest(buckets, counts) AS n (bucket, count) "
                + "WHERE owner_id <> 0 AND workflow_id <> '00000000-0000-0000-0000-000000000000' "
                + "UNION ALL SELECT n.* FROM histogram_delta, unnest(owner_ids, workflow_ids, days, buckets, counts) n "
                + ") AS n (owner_id, workflow_id, day, bucket, count) WHERE bucket >= 1000 "
                + "GROUP BY 1, 2, 3) h FULL JOIN (SELECT d.* FROM execution_daily d) d USING (owner_id, workflow_id, day) "
                + "WHERE coalesce(s2, 0) <> coalesce(success, 0) OR coalesce(s3, 0) <> coalesce(failed, 0) "
                + "OR coalesce(s4, 0) <> coalesce(cancelled, 0) OR coalesce(s5, 0) <> coalesce(crashed, 0) "
                + "UNION ALL SELECT t, d FROM (SELECT * FROM execution_total) t FULL JOIN (SELECT day, "
                + "sum(queued) AS d0, sum(running) AS d1, sum(success) AS d2, sum(failed) AS d3, sum(cancelled) AS d4, sum(crashed) AS d5, "
                + "sum(success_deleted) AS g2, sum(failed_deleted) AS g3, sum(cancelled_deleted) AS g4, "
                + "sum(crashed_deleted) AS g5, sum(duration_millis_sum) AS millis, sum(unstarted) AS u FROM execution_rollup GROUP BY day) d "
                + "USING (day) WHERE (queued, running, success, failed, cancelled, crashed, success_deleted, failed_deleted, "
                + "cancelled_deleted, crashed_deleted, duration_millis_sum, unstarted) "
                + "IS DISTINCT FROM (d0, d1, d2, d3, d4, d5, g2, g3, g4, g5, millis, u) "
                + "UNION ALL SELECT NULL, NULL FROM step s "
                + "WHERE NOT EXISTS (SELECT FROM execution e WHERE e.id = s.execution_id) "
                + "UNION ALL SELECT ROW(id), NULL FROM (" + UnsuccessfulList.DIFFERENCES + ") unlike";
        List<String> wrong = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                wrong.add("rows " + rows.getString(1) + ", rollup " + rows.getString(2));
            }
        }
        return wrong;
    }

    private void run(RunningServer server, Random random, int bodies) {
        for (int i = 0; i < bodies; i++) {
            String owner = OWNERS.get(random.nextInt(OWNERS.size()));
            Body body = new Body(
                    owner,
                    IntStream.rangeClosed(0, random.nextInt(LINES_MAX))
                            .mapToObj(line -> line(owner, random))
                            .toList());
            try {
                if (!send(server, body)) {
                    return;
                }
            } catch (IOException gone) {
                unanswered.add(body);
                return;
            }
        }
    }

    /** Returns whether it was taken rather than refused for now. */
    private boolean send(RunningServer server, Body body) throws IOException {
        HttpResponse<String> answer = post(server, body.owner(), body.lines());
        if (answer.statusCode() == 503
                && answer.headers().firstValue("Retry-After").isPresent()) {
            unanswered.add(body);
            return false;
        }
        if (answer.statusCode() != 200) {
            surprises.add(answer.statusCode() + " " + answer.body());
            return true;
        }
        Set<Integer> rejected = new HashSet<>();
        RunningServer.json(answer).get("rejected").forEach(line -> {
            rejected.add(line.get("line").asInt());
            if (!Set.of("NOT_FOUND", "CONFLICT").contains(line.get("code").asText())) {
                surprises.add(line.toString());
            }
        });
        for (int i = 0; i < body.lines().size(); i++) {
            if (!rejected.contains(i + 1)) {
                accept(body.owner(), body.lines().get(i));
            }
        }
        busy.countDown();
        return true;
    }

    private void accept(String owner, Line line) {
        accepted.get(owner).add(line);
        recorded.add(line.id());
        if (line.end() != null) {
            String known = ends.putIfAbsent(line.id(), line.end());
            if (known != null && !known.equals(line.end()) && !owner.equals(OWNERS.get(2))) {
                surprises.add(line.id() + " was answered as " + known + " and as " + line.end());
            }
        }
    }

    private HttpResponse<String> post(RunningServer server, String owner, List<Line> lines) throws IOException {
        String text = lines.stream().map(Line::text).collect(Collectors.joining("\n"));
        try {
            return http.send(
                    server.request("/events", server.token(owner))
                            .header("Content-Type", "application/x-ndjson")
                            .POST(HttpRequest.BodyPublishers.ofString(text))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    private Line line(String owner, Random random) {
        List<UUID> known = ids.get(owner);
        boolean fresh = known.isEmpty() || random.nextInt(10) < 4;
        UUID id = fresh
                ? Ids.at(Instant.now().minus(Duration.ofMinutes(random.nextInt(3 * 24 * 60))))
                : known.get(random.nextInt(known.size()));
        if (fresh) {
            known.add(id);
        }
        // All lines about an execution name the same workflow.
        boolean isExternal = (id.hashCode() & 8) == 0;
        String reference = (isExternal ? ",\"externalId\":\"" : ",\"id\":\"") + id + "\"";
        String start = reference + ",\"workflow\":\"w" + Math.floorMod(id.hashCode(), 4) + "\"";
        String other = isExternal ? start : reference;
        String end = ENDS.get(random.nextInt(ENDS.size()));
        String finish = ",\"status\":\"" + end + "\",\"result\":{\"n\":" + random.nextInt(100) + "},\"finishedAt\":\""
                + Ids.timeOf(id).plusMillis(random.nextInt(100_000)) + "\"";
        return switch (random.nextInt(8)) {
            case 0, 1 -> new Line("{\"event\":\"started\"" + start + ",\"heartbeatTimeout\":\"PT1H\"}", id, null, true);
            case 2 -> new Line("{\"event\":\"finished\"" + start + finish + "}", id, end, true);
            case 3 -> new Line("{\"event\":\"finished\"" + reference + finish + "}", id, end, true);
            case 4 -> new Line("{\"event\":\"execution\"" + start + finish + "}", id, end, true);
            case 5 ->
                new Line(
                        "{\"event\":\"steps\"" + other + ",\"steps\":[{\"index\":" + random.nextInt(3)
                                + ",\"name\":\"s\",\"status\":\"SUCCESS\",\"output\":" + random.nextInt(100) + "}]}",
                        id,
                        null,
                        true);
            case 6 -> new Line("{\"event\":\"heartbeat\"" + other + "}", id, null, false);
            default -> {
                List<Line> before = new ArrayList<>(accepted.get(owner));
                yield before.isEmpty() ? line(owner, random) : before.get(random.nextInt(before.size()));
            }
        };
    }

    static void join(Thread thread) {
        try {
            thread.join(60_000);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " hangs.");
        }
    }
}
