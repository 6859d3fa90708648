package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

/** Random requests and messages to a server: it never returns INTERNAL, and it keeps running. */
@ServerTest({"HTTP_HEADER_TIMEOUT=PT1S", "HTTP_BODY_TIMEOUT=PT1S"})
final class ServerFuzzTest {
    private static final int EXAMPLES = 100;
    private static final String ID = "01a20f8e-6a43-7000-8000-000000000001";
    private static final Gen<String> BODIES = Inputs.near(
            "{\"query\":\"{ executions(first: 3, filter: {errorContains: \\\"a\\\"}) { nodes { id payload } totalCount } }\"}",
            "{\"query\":\"mutation($p: JSON) { startExecution(input: {workflowKey: \\\"w\\\", payload: $p}) { execution { id payload }"
                    + " } }\",\"variables\":{\"p\":{\"a\":[1,2.5,\\\"é\\\"]}}}",
            "{\"query\":\"mutation { cleanupExecutions(input: {dryRun: true, olderThan: \\\"P30D\\\"}) { cleanup { id } } }\"}",
            "{\"query\":\"{ statistics { stored { success } recorded { failed } } workflowByKey(key: \\\"w\\\") { id name } }\"}",
            "{\"query\":\"mutation { upsertWorkflow(input: {key: \\\"k\\\", name: \\\"n\\\"}) { workflow { id key } } }\"}");
    private static final Gen<String> EVENTS = Inputs.near(
            "{\"event\":\"started\",\"workflow\":\"w\",\"payload\":{\"a\":1},\"labels\":{\"env\":\"prod\"}}\n",
            "{\"event\":\"execution\",\"workflow\":\"w\",\"id\":\"" + ID
                    + "\",\"status\":\"FAILED\",\"error\":{\"message\":\"m\","
                    + "\"details\":{\"a\":1e5}},\"result\":[1]}\n",
            "{\"event\":\"steps\",\"id\":\"" + ID
                    + "\",\"steps\":[{\"index\":0,\"name\":\"s\",\"status\":\"SUCCESS\"}]}\n"
                    + "{\"event\":\"heartbeat\",\"id\":\"" + ID + "\"}\n");
    private static final Gen<String> MESSAGES = Inputs.near(
            "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"{ viewer { subject } }\"}}",
            "{\"type\":\"subscribe\",\"id\":\"2\",\"payload\":{\"query\":\"subscription { executionChanges(after: \\\"0bf7b6ab-1\\\") {"
                    + " kind cursor } }\",\"variables\":{}}}",
            "{\"type\":\"ping\",\"payload\":{\"a\":1}}",
            "{\"type\":\"complete\",\"id\":\"1\"}",
            "{\"type\":\"connection_init\",\"payload\":{}}");

    private final RunningServer server;
    private final String token;

    ServerFuzzTest(RunningServer server) {
        this.server = server;
        token = server.token("alice", "executions:read", "executions:write", "executions:cleanup", "executions:ops");
    }

    @Test
    void answersAnyBody() {
        Fuzz.check(EXAMPLES, Inputs.bytes(BODIES), body -> assertAnswers("/graphql", "application/json", body));
    }

    @Test
    void answersAnyEvents() {
        Fuzz.check(EXAMPLES, Inputs.bytes(EVENTS), body -> assertAnswers("/events", "application/x-ndjson", body));
    }

    @Test
    void answersOrClosesAnyHead() {
        Gen<String> heads = Inputs.near(
                RawHttp.head("GET /graphql?query=%7Bviewer%7Bsubject%7D%7D", token, "Accept: application/json"),
                RawHttp.head("GET /workflows/" + ID + "/logs?status=failed&limit=10&offset=2", token),
                RawHttp.head("GET /workflows/" + ID + "/logs/count", token, "Connection: close"),
                RawHttp.head("GET /logs/" + ID, token),
                RawHttp.head("DELETE /logs/cleanup?days_to_keep=30&dry_run=true", token),
                RawHttp.head("GET /health/ready", "", "Accept-Encoding: gzip, br;q=0"));

        Fuzz.check(EXAMPLES, heads, head -> {
            try (RawHttp client = new RawHttp(server)) {
                client.trySend((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
                assertThat(client.untilClosed()).doesNotContain("HTTP/1.1 5").doesNotContain("INTERNAL");
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        });
        assertThat(server.get("/health/live", "").statusCode()).isEqualTo(200);
    }

    @Test
    void answersOrClosesOnAnyMessage() {
        Subscriber[] open = {server.subscriber(token)};
        Fuzz.check(EXAMPLES, MESSAGES, message -> {
            open[0].sendText(message);
            open[0].send(Map.of("type", "ping", "payload", Map.of("last", true)));
            if (!open[0].isPonged()) {
                assertThat(open[0].closeCode()).isBetween(4400, 4429);
                open[0] = server.subscriber(token);
            }
        });
        open[0].close();
    }

    private void assertAnswers(String path, String type, byte[] body) {
        HttpResponse<String> answer = server.send(
                server.request(path, token).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)));
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 499);
        assertThat(answer.body()).doesNotContain("\"INTERNAL\"");
    }
}
