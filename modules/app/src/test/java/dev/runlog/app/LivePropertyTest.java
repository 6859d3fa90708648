package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Applying the events of a subscription to a map always gives what a query gives: with many writers, joins at
 * random moments, sockets that break, readers that pause. Everything goes through the public interface. A longer run:
 * {@code -Drunlog.live.rounds=500}; the same run again: {@code -Drunlog.seed=...}, as far as threads allow.
 */
@ServerTest({
    // Small bounds: within seconds, the log is too short and queues are full, which would otherwise take hours.
    "LIVE_REPLAY_EVENTS_MAX=300",
    "LIVE_SUBSCRIBER_QUEUE_MAX=8",
    "RECORDING_HEARTBEAT_SWEEP_INTERVAL=PT0.02S",
    "RECORDING_BATCH_SIZE_MAX=20",
    "RETENTION_REQUESTS_PER_MINUTE=1000000"
})
final class LivePropertyTest {
    private static final int ROUNDS = Integer.getInteger("runlog.live.rounds", 6);
    private static final long SEED = Long.getLong("runlog.seed", System.nanoTime());
    private static final int WRITERS = 4;
    private static final int ACTS = 25;
    private static final String FIELDS = "id status held trigger heartbeatDeadline lastHeartbeatAt";

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final RunningServer server;

    LivePropertyTest(RunningServer server) {
        this.server = server;
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void everyClientEndsWithTheResultOfAQuery() throws Exception {
        System.out.println("LivePropertyTest: " + ROUNDS + " rounds, -Drunlog.seed=" + SEED);
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            round(new Random(random.nextLong()), "round " + round + " of -Drunlog.seed=" + SEED);
            if (round % 50 == 49) {
                System.out.println("LivePropertyTest: " + (round + 1) + " rounds passed");
            }
        }
    }

    private void round(Random random, String name) throws Exception {
        String owner = server.anOwner();
        String token = server.token(owner, "executions:read", "executions:write", "executions:cleanup");
        String other = server.token(owner + "-other", "executions:read", "executions:write", "executions:cleanup");
        List<String> workflows = List.of(workflow(token, "a"), workflow(token, "b"));
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String workflowId = i % 2 == 0 ? null : workflows.get(0);
            clients.add(new Client(
                    token,
                    i < 3 ? "runningExecutions" : "executionChanges",
                    workflowId,
                    new Random(random.nextLong())));
        }
        List<Future<Void>> following = new ArrayList<>();
        for (Client client : clients) {
            following.add(threads.submit(client));
        }

        List<String> known = new ArrayList<>();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random own = new Random(random.nextLong());
            String as = i == 0 ? other : token;
            List<String> ids = i == 0 ? new ArrayList<>() : known;
            writers.add(() -> write(as, ids, own));
        }
        for (Future<Void> writer : threads.invokeAll(writers)) {
            writer.get();
        }
        // Finishes executions with a deadline, which stops automatic changes, then adds a last one for all clients.
        StringBuilder ends = new StringBuilder();
        for (JsonNode execution : query(token, "RUNNING", null)) {
            if (!execution.get("heartbeatDeadline").isNull()) {
                ends.append(event("finished", execution.get("id").asText(), "\"status\":\"SUCCESS\""));
            }
        }
        server.events(token, ends.toString());
        String last = Ids.next().toString();
        server.events(token, event("started", last, "\"workflow\":\"a\",\"trigger\":\"last\""));
        for (Client client : clients) {
            client.finishAt(last);
        }
        // Marks in the stream of changes: everything before a mark has arrived with it. Later clients get the next
        // mark.
        for (int mark = 0; !following.stream().allMatch(Future::isDone); mark++) {
            server.events(
                    token,
                    event(
                            "steps",
                            last,
                            "\"steps\":[{\"index\":" + mark + ",\"name\":\"mark\",\"status\":\"SUCCESS\"}]"));
        }
        for (Future<Void> client : following) {
            client.get(60, TimeUnit.SECONDS);
        }

        for (Client client : clients) {
            assertThat(client.map).as(name + ", " + client).isEqualTo(client.expected());
        }
    }

    /** Writers share the executions, so that one finishes what another has begun, or while it does. */
    private Void write(String token, List<String> ids, Random random) {
        for (int act = 0; act < ACTS; act++) {
            StringBuilder events = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                events.append(anEvent(ids, random));
            }
            server.events(token, events.toString());
            if (random.nextInt(6) == 0) {
                String id = anyOf(ids, random);
                String mutation = random.nextBoolean() ? "holdExecution" : "releaseExecution";
                server.graphql(
                        token,
                        "mutation { " + mutation + "(input: {executionId: \"" + id + "\"}) { execution { id } } }");
            }
            if (random.nextInt(20) == 0) {
                server.graphql(
                        token,
                        "mutation { cleanupExecutions(input: {olderThan: \"PT0S\", statuses: [SUCCESS, CANCELLED]}) { cleanup { id } } }");
            }
        }
        return null;
    }

    private static String anEvent(List<String> ids, Random random) {
        String workflow = "\"workflow\":\"" + (random.nextBoolean() ? "a" : "b") + "\"";
        String status =
                "\"status\":\"" + List.of("SUCCESS", "FAILED", "CANCELLED").get(random.nextInt(3)) + "\"";
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> event("started", added(ids, Ids.next().toString()), workflow + ",\"trigger\":\"t\"");
            // Given up by the sweep within the round, unless something is heard of it.
            case 4 ->
                event("started", added(ids, Ids.next().toString()), workflow + ",\"heartbeatTimeout\":\"PT0.05S\"");
            case 5 -> event("finished", added(ids, Ids.next().toString()), workflow + "," + status);
            case 6 -> event("heartbeat", anyOf(ids, random), "\"a\":0");
            case 7 ->
                event(
                        "steps",
                        anyOf(ids, random),
                        "\"steps\":[{\"index\":" + random.nextInt(3) + ",\"name\":\"s\",\"status\":\"SUCCESS\"}]");
            default -> event("finished", anyOf(ids, random), status);
        };
    }

    private static String event(String kind, String id, String members) {
        return "{\"event\":\"" + kind + "\",\"id\":\"" + id + "\"" + ("\"a\":0".equals(members) ? "" : "," + members)
                + "}\n";
    }

    private static String added(List<String> ids, String id) {
        synchronized (ids) {
            ids.add(id);
        }
        return id;
    }

    private static String anyOf(List<String> ids, Random random) {
        synchronized (ids) {
            return ids.isEmpty() ? Ids.next().toString() : ids.get(random.nextInt(ids.size()));
        }
    }

    private String workflow(String token, String key) {
        return server.data(token, "mutation { upsertWorkflow(input: {key: \"" + key + "\"}) { workflow { id } } }")
                .at("/upsertWorkflow/workflow/id")
                .asText();
    }

    private List<JsonNode> query(String token, String status, String workflowId) {
        List<JsonNode> executions = new ArrayList<>();
        String after = null;
        do {
            JsonNode page = server.data(
                            token,
                            "query ($status: [ExecutionStatus!], $workflowId: ID, $after: String) { executions(status: $status, workflowId: $workflowId, first: 200, after: $after) { nodes { "
                                    + FIELDS + " } pageInfo { hasNextPage endCursor } } }",
                            "status",
                            List.of(status.split(",", -1)),
                            "workflowId",
                            workflowId,
                            "after",
                            after)
                    .get("executions");
            page.get("nodes").forEach(executions::add);
            after = page.at("/pageInfo/hasNextPage").asBoolean()
                    ? page.at("/pageInfo/endCursor").asText()
                    : null;
        } while (after != null);
        return executions;
    }

    /** A frontend that does what docs/live.md says, on a connection that breaks. */
    private final class Client implements Callable<Void> {
        private final String token;
        private final String field;
        private final String workflowId;
        private final Random random;
        final Map<String, String> map = new TreeMap<>();
        private String cursor;
        private volatile String last = "";
        private boolean done;

        Client(String token, String field, String workflowId, Random random) {
            this.token = token;
            this.field = field;
            this.workflowId = workflowId;
            this.random = random;
        }

        void finishAt(String id) {
            last = id;
        }

        @Override
        public Void call() {
            while (!isDone()) {
                Subscriber subscriber = server.subscriber(token);
                subscriber.subscribe(
                        "1",
                        "subscription ($workflowId: ID" + (isRunning() ? "" : ", $status: [ExecutionStatus!]")
                                + ", $after: String) { " + field + "(workflowId: $workflowId, after: $after"
                                + (isRunning() ? "" : ", status: $status") + ") { kind cursor execution { " + FIELDS
                                + " } } }",
                        variables());
                boolean stays = random.nextInt(4) == 0;
                int pausedFor = 0;
                for (int i = random.nextInt(60); (stays || !last.isEmpty() || i > 0) && !isDone(); i--) {
                    if (pausedFor == 0 && random.nextInt(20) == 0) {
                        subscriber.pause();
                        pausedFor = 1 + random.nextInt(5);
                    } else if (pausedFor > 0 && --pausedFor == 0) {
                        subscriber.resume();
                    }
                    JsonNode message = subscriber.poll();
                    if (message != null) {
                        apply(message.at("/payload/data/" + field));
                    }
                }
                subscriber.close();
            }
            return null;
        }

        private Map<String, Object> variables() {
            Map<String, Object> variables = new TreeMap<>();
            variables.put("workflowId", workflowId);
            variables.put("after", cursor);
            if (!isRunning()) {
                variables.put("status", List.of("FAILED", "CRASHED", "RUNNING"));
            }
            return variables;
        }

        private void apply(JsonNode event) {
            assertThat(event.isObject()).as("an event of " + field).isTrue();
            cursor = event.get("cursor").asText();
            JsonNode execution = event.get("execution");
            // Not in a snapshot, which would be incomplete.
            done = execution.path("id").asText().equals(last) && !last.isEmpty() && !cursor.endsWith("x");
            switch (event.get("kind").asText()) {
                case "RESET" -> map.clear();
                case "SYNCED" -> {
                    if (!isRunning()) {
                        query(token, "FAILED,CRASHED,RUNNING", workflowId).forEach(this::put);
                    }
                }
                case "LEFT" -> map.remove(execution.get("id").asText());
                default -> put(execution);
            }
        }

        private void put(JsonNode execution) {
            map.put(execution.get("id").asText(), execution.toString());
        }

        private boolean isDone() {
            return done;
        }

        private boolean isRunning() {
            return field.equals("runningExecutions");
        }

        Map<String, String> expected() {
            Map<String, String> expected = new TreeMap<>();
            query(token, isRunning() ? "RUNNING" : "FAILED,CRASHED,RUNNING", workflowId)
                    .forEach(execution -> expected.put(execution.get("id").asText(), execution.toString()));
            return expected;
        }

        @Override
        public String toString() {
            return field + " of " + (workflowId == null ? "all workflows" : "one workflow");
        }
    }
}
