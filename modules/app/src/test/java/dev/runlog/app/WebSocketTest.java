package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@ServerTest({"HTTP_EVENT_LOOPS=2", "LIVE_SUBSCRIPTIONS_PER_SOCKET_MAX=2", "LIVE_SUBSCRIBER_QUEUE_MAX=50"})
final class WebSocketTest {
    private static final String RUNNING =
            "subscription { runningExecutions { kind cursor execution { id status workflow { name } } } }";

    private final TestDatabase database;
    private final RunningServer server;

    WebSocketTest(TestDatabase database, RunningServer server) {
        this.database = database;
        this.server = server;
    }

    @Test
    void showsRunsEnterAndLeave() {
        String token = server.token(server.anOwner());
        String before = start(token);
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe("1", RUNNING);

        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("ENTERED RUNNING");
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("SYNCED");
        String id = start(token);
        JsonNode entered = subscriber.next("next").at("/payload/data/runningExecutions");
        finish(token, id, "FAILED");
        finish(token, before, "SUCCESS");

        assertThat(entered.at("/execution/id").asText()).isEqualTo(id);
        assertThat(entered.at("/execution/workflow/name").asText()).isEqualTo("live");
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("LEFT FAILED");
        assertThat(subscriber.nextEvent("runningExecutions")).isEqualTo("LEFT SUCCESS");
    }

    @Test
    void continuesAfterACursorOrResets() {
        String token = server.token(server.anOwner());
        Subscriber first = server.subscriber(token);
        first.subscribe("1", RUNNING);
        String cursor =
                first.next("next").at("/payload/data/runningExecutions/cursor").asText();
        first.close();
        String id = start(token);
        finish(token, id, "SUCCESS");

        Subscriber second = server.subscriber(token);
        second.subscribe("1", RUNNING.replace("runningExecutions", "runningExecutions(after: \"" + cursor + "\")"));
        assertThat(second.nextEvent("runningExecutions")).isEqualTo("ENTERED RUNNING");
        assertThat(second.nextEvent("runningExecutions")).isEqualTo("LEFT SUCCESS");

        second.subscribe(
                "2", RUNNING.replace("runningExecutions", "runningExecutions(after: \"00000000-00000000-1\")"));
        assertThat(second.nextEvent("runningExecutions")).isEqualTo("RESET");
        assertThat(second.nextEvent("runningExecutions")).isEqualTo("SYNCED");
    }

    /** Each would leave a gap if it were used as a position in the requested list. */
    @Test
    void restartsWithAForeignCursor() {
        String owner = server.anOwner();
        String token = server.token(owner);
        start(token);
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe("1", RUNNING);
        String ofSnapshot = cursorOf(subscriber.next("next"));
        String ofRunning = cursorOf(subscriber.next("next"));
        String changes = "subscription { executionChanges(after: \"" + ofRunning + "\") { kind } }";

        Subscriber same = server.subscriber(token);
        same.subscribe("1", resumed(ofSnapshot));
        assertThat(same.nextEvent("runningExecutions"))
                .as("an incomplete snapshot")
                .isEqualTo("RESET");
        Subscriber other = server.subscriber(token);
        other.subscribe("1", changes);
        assertThat(other.nextEvent("executionChanges")).as("another field").isEqualTo("RESET");
        assertThat(other.nextEvent("executionChanges")).isEqualTo("SYNCED");
        Subscriber mallory = server.subscriber(server.token(server.anOwner()));
        mallory.subscribe("1", resumed(ofRunning));
        assertThat(mallory.nextEvent("runningExecutions")).as("another owner").isEqualTo("RESET");
        assertThat(mallory.nextEvent("runningExecutions")).isEqualTo("SYNCED");
        Subscriber ahead = server.subscriber(token);
        ahead.subscribe("1", resumed(ofRunning.substring(0, ofRunning.length() - 6) + "999999"));
        assertThat(ahead.nextEvent("runningExecutions")).as("made up").isEqualTo("RESET");
    }

    @Test
    void rendersAnEventOnceForEqualSubscriptions() {
        String token = server.token(server.anOwner());
        String query =
                "subscription ($after: String) { runningExecutions(after: $after) { kind cursor execution { id } } }";
        List<Subscriber> subscribers = new ArrayList<>();
        String cursor = "";
        for (int i = 0; i < 20; i++) {
            Subscriber subscriber = server.subscriber(token);
            subscriber.subscribe("s" + i, query, Map.of());
            cursor = cursorOf(subscriber.next("next"));
            subscribers.add(subscriber);
        }
        double before = server.metric("runlog_subscribers_rendered_total");

        String id = start(token);
        Subscriber late = server.subscriber(token);
        late.subscribe("late", query, Map.of("after", cursor));
        subscribers.add(late);

        JsonNode first = subscribers.get(0).next("next").get("payload");
        assertThat(first.at("/data/runningExecutions/execution/id").asText()).isEqualTo(id);
        for (Subscriber subscriber : subscribers.subList(1, subscribers.size())) {
            assertThat(subscriber.next("next").get("payload")).isEqualTo(first);
        }
        assertThat(server.metric("runlog_subscribers_rendered_total")).isEqualTo(before + 1);
    }

    /** Each cursor is written differently. */
    private static JsonNode withoutCursor(JsonNode message) {
        JsonNode payload = message.path("payload").deepCopy();
        assertThat(((ObjectNode) payload.at("/data/changes")).remove("cursor").asText())
                .isNotEmpty();
        return payload;
    }

    /** What has a directive is executed by the GraphQL library, what has none is not. */
    @Test
    void sendsTheSameWithoutTheLibrary() {
        String token = server.token(server.anOwner());
        String fields =
                "__typename what: kind cursor execution { id status attempt labels startedAt finishedAt duration"
                        + " durationMillis truncated held error { message type } }";
        Subscriber subscriber = server.subscriber(token);
        subscriber.subscribe("1", "subscription { changes: runningExecutions { " + fields + " } }");
        subscriber.subscribe(
                "2",
                "subscription { changes: runningExecutions { " + fields + " ...F @include(if: true) } }"
                        + " fragment F on ExecutionEvent { cursor }");
        List<JsonNode> synced = List.of(subscriber.next("next"), subscriber.next("next"));

        String id = start(token);
        List<JsonNode> entered = List.of(subscriber.next("next"), subscriber.next("next"));
        finish(token, id, "FAILED");
        List<JsonNode> left = List.of(subscriber.next("next"), subscriber.next("next"));

        for (List<JsonNode> both : List.of(synced, entered, left)) {
            assertThat(both).extracting(message -> message.path("id").asText()).containsExactlyInAnyOrder("1", "2");
            assertThat(withoutCursor(both.get(0))).isEqualTo(withoutCursor(both.get(1)));
        }
        assertThat(left.get(0).at("/payload/data/changes/execution/id").asText())
                .isEqualTo(id);
    }

    @Test
    void followsChangesOneExecutionAndACleanup() {
        String token = server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
        String id = start(token);
        Subscriber changes = server.subscriber(token);
        changes.subscribe("1", "subscription { executionChanges(status: [FAILED]) { kind execution { status } } }");
        assertThat(changes.nextEvent("executionChanges")).isEqualTo("SYNCED");
        Subscriber one = server.subscriber(token);
        one.subscribe(
                "1",
                "subscription { executionUpdated(id: \"" + id
                        + "\") { kind execution { status steps { totalCount } } } }");
        assertThat(one.nextEvent("executionUpdated")).isEqualTo("ENTERED RUNNING");
        assertThat(one.nextEvent("executionUpdated")).isEqualTo("SYNCED");

        server.data(
                token,
                "mutation { recordSteps(input: {executionId: \"" + id
                        + "\", steps: [{index: 0, name: \"a\", status: SUCCESS}]}) { execution { id } } }");
        finish(token, id, "FAILED");

        assertThat(one.next("next")
                        .at("/payload/data/executionUpdated/execution/steps/totalCount")
                        .asInt())
                .isEqualTo(1);
        assertThat(one.nextEvent("executionUpdated")).isEqualTo("UPDATED FAILED");
        assertThat(changes.nextEvent("executionChanges")).isEqualTo("ENTERED FAILED");
        String cleanup = server.data(
                        token, "mutation { cleanupExecutions(input: {olderThan: \"PT0S\"}) { cleanup { id } } }")
                .at("/cleanupExecutions/cleanup/id")
                .asText();
        one.subscribe("2", "subscription { cleanupProgress(id: \"" + cleanup + "\") { state deleted } }");
        JsonNode progress = one.next("next").at("/payload/data/cleanupProgress");
        while (!progress.get("state").asText().equals("COMPLETED")) {
            progress = one.next("next").at("/payload/data/cleanupProgress");
        }
        assertThat(progress.get("deleted").asInt()).isEqualTo(1);
        one.next("complete");
    }

    @Test
    void showsNothingOfAnotherOwner() {
        String alice = server.token(server.anOwner());
        String id = start(alice);
        Subscriber mallory = server.subscriber(server.token(server.anOwner()));
        mallory.subscribe("1", RUNNING);
        assertThat(mallory.nextEvent("runningExecutions")).isEqualTo("SYNCED");

        finish(alice, id, "SUCCESS");
        mallory.subscribe("2", "subscription { executionUpdated(id: \"" + id + "\") { kind } }");

        // Had the change been shown, it would have come first.
        assertThat(mallory.next("error").at("/payload/0/extensions/code").asText())
                .isEqualTo("NOT_FOUND");
    }

    @Test
    void closesWithTheCodeThatTheProtocolNames() {
        String token = server.token(server.anOwner());

        assertThat(server.closeCodeWithoutSubprotocol()).isEqualTo(4406);
        Subscriber uninitialised = server.socket();
        uninitialised.subscribe("1", RUNNING);
        assertThat(uninitialised.closeCode()).isEqualTo(4401);
        Subscriber anonymous = server.socket();
        anonymous.send(Map.of("type", "connection_init"));
        assertThat(anonymous.closeCode()).isEqualTo(4403);
        Subscriber eager = server.subscriber(token);
        eager.send(Map.of("type", "connection_init"));
        assertThat(eager.closeCode()).isEqualTo(4429);
        Subscriber twice = server.subscriber(token);
        twice.subscribe("1", RUNNING);
        twice.next("next");
        twice.subscribe("1", RUNNING);
        assertThat(twice.closeCode()).isEqualTo(4409);
    }

    /** On a server of its own: such a short timeout would close sockets of other tests on a busy machine. */
    @Test
    void closesConnectionsWithoutInitialisation() {
        try (RunningServer impatient = RunningServer.start(database, "LIVE_CONNECTION_INIT_TIMEOUT", "PT0.3S")) {
            assertThat(impatient.socket().closeCode()).isEqualTo(4408);
        }
    }

    @Test
    void closesOnMessagesThatAreNone() {
        for (String bad : new String[] {
            "{",
            "[]",
            "7",
            "{}",
            "{\"type\":\"dance\"}",
            "{\"type\":5}",
            "{\"type\":\"subscribe\"}",
            "{\"type\":\"subscribe\",\"id\":1,\"payload\":{\"query\":\"{viewer{subject}}\"}}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":\"q\"}",
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":5}}",
            "{\"type\":\"complete\"}"
        }) {
            Subscriber subscriber = server.subscriber(server.token(server.anOwner()));
            subscriber.sendText(bad);
            assertThat(subscriber.closeCode()).as(bad).isEqualTo(4400);
        }
    }

    @Test
    void answersQueriesErrorsAndPings() {
        String owner = server.anOwner();
        Subscriber subscriber = server.subscriber(server.token(owner));

        subscriber.subscribe("1", "{ viewer { subject } }");
        assertThat(subscriber.next("next").at("/payload/data/viewer/subject").asText())
                .isEqualTo(owner);
        subscriber.next("complete");
        subscriber.subscribe("1", "{ nothing }");
        assertThat(subscriber.next("error").at("/payload/0/extensions/code").asText())
                .isEqualTo("BAD_INPUT");
        subscriber.send(Map.of("type", "ping", "payload", Map.of("n", 1)));
        assertThat(subscriber.next("pong").at("/payload/n").asInt()).isEqualTo(1);
        subscriber.subscribe("1", RUNNING.replace("runningExecutions", "runningExecutions(after: \"nonsense\")"));
        assertThat(subscriber.next("error").at("/payload/0/message").asText()).contains("'nonsense' is not a cursor");
    }

    @Test
    void boundsTheOperationsOfASocket() {
        Subscriber subscriber = server.subscriber(server.token(server.anOwner()));
        subscriber.subscribe("1", RUNNING);
        subscriber.next("next");
        subscriber.subscribe("2", RUNNING);
        subscriber.next("next");

        subscriber.subscribe("3", RUNNING);

        assertThat(subscriber.next("error").at("/payload/0/extensions/code").asText())
                .isEqualTo("OVERLOADED");
    }

    @Test
    void acceptsATokenInTheUpgradeRequest() {
        WebSocketConnectOptions options = new WebSocketConnectOptions().addSubProtocol("graphql-transport-ws");
        options.putHeader("Authorization", "Bearer " + server.token(server.anOwner()));
        Subscriber subscriber = server.socket(options);

        subscriber.send(Map.of("type", "connection_init"));

        subscriber.next("connection_ack");
    }

    /** The protocol lets a socket be initialised once, so a fresh token comes with a new socket. */
    @Test
    void endsSubscriptionsWhenTheTokenExpires() {
        Subscriber subscriber =
                server.subscriber(server.token(Duration.ofSeconds(2), server.anOwner(), "executions:read"));
        subscriber.subscribe("1", RUNNING);
        subscriber.next("next");

        assertThat(subscriber.closeCode()).isEqualTo(4403);
    }

    @Test
    void forgetsCompletedAndDisconnectedSubscribers() {
        Subscriber subscriber = server.subscriber(server.token(server.anOwner()));
        double before = server.metric("runlog_subscribers");
        subscriber.subscribe("1", RUNNING);
        subscriber.next("next");
        subscriber.subscribe("2", RUNNING);
        subscriber.next("next");
        assertThat(server.metric("runlog_subscribers")).isEqualTo(before + 2);

        subscriber.send(Map.of("type", "complete", "id", "1"));
        // The id is free again only once the operation is gone.
        subscriber.subscribe("1", RUNNING);
        subscriber.next("next");
        assertThat(server.metric("runlog_subscribers")).isEqualTo(before + 2);

        subscriber.close();
        awaitSubscribers(before);
    }

    @Test
    void coalescesEventsForSlowReaders() {
        String token = server.token(server.anOwner());
        Subscriber subscriber = server.socket();
        subscriber.send(Map.of("type", "connection_init", "payload", Map.of("Authorization", "Bearer " + token)));
        subscriber.next("connection_ack");
        subscriber.subscribe("1", "subscription { executionChanges { kind execution { status payload } } }");
        assertThat(subscriber.nextEvent("executionChanges")).isEqualTo("SYNCED");
        subscriber.pause();

        // More than socket buffers hold: 40 runs, each 100 kB and changed 20 times.
        StringBuilder lines = new StringBuilder();
        for (int run = 0; run < 40; run++) {
            String id = Ids.next().toString();
            lines.append("{\"event\":\"started\",\"workflow\":\"slow\",\"id\":\"")
                    .append(id)
                    .append("\",\"payload\":\"")
                    .append("x".repeat(100_000))
                    .append("\"}\n");
            for (int step = 0; step < 20; step++) {
                lines.append("{\"event\":\"steps\",\"id\":\"")
                        .append(id)
                        .append("\",\"steps\":[{\"index\":")
                        .append(step)
                        .append(",\"name\":\"s\",\"status\":\"SUCCESS\"}]}\n");
            }
            lines.append("{\"event\":\"finished\",\"id\":\"").append(id).append("\",\"status\":\"SUCCESS\"}\n");
        }
        assertThat(RunningServer.json(server.events(token, lines.toString()))
                        .get("recorded")
                        .asInt())
                .isEqualTo(40 * 22);
        subscriber.resume();

        int last = 0;
        int events = 0;
        while (last < 40) {
            events++;
            if (subscriber.nextEvent("executionChanges").endsWith("SUCCESS")) {
                last++;
            }
        }
        assertThat(events).isLessThan(40 * 22);
    }

    private void awaitSubscribers(double expected) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (server.metric("runlog_subscribers") != expected) {
            assertThat(System.nanoTime()).as("subscribers stay").isLessThan(deadline);
        }
    }

    private String start(String token) {
        return server.data(token, "mutation { startExecution(input: {workflowKey: \"live\"}) { execution { id } } }")
                .at("/startExecution/execution/id")
                .asText();
    }

    private void finish(String token, String id, String status) {
        server.data(
                token,
                "mutation { finishExecution(input: {executionId: \"" + id + "\", status: " + status
                        + "}) { execution { id } } }");
    }

    private static String resumed(String cursor) {
        return RUNNING.replace("runningExecutions", "runningExecutions(after: \"" + cursor + "\")");
    }

    private static String cursorOf(JsonNode message) {
        return message.at("/payload/data/runningExecutions/cursor").asText();
    }
}
