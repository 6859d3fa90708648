package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Requests of the first version's endpoints, and owners with executions. */
abstract class RestTestCase {
    final RunningServer server;

    RestTestCase(RunningServer server) {
        this.server = server;
    }

    /** A token of an owner without executions. */
    String newOwner() {
        return server.token(server.anOwner(), "executions:read", "executions:write", "executions:cleanup");
    }

    String record(String token, String workflow, Instant startedAt) {
        UUID id = Ids.at(startedAt);
        assertThat(server.events(token, event(workflow, id, "SUCCESS")).statusCode())
                .isEqualTo(200);
        return id.toString();
    }

    static String event(String workflow, UUID id, String status) {
        return "{\"event\":\"execution\",\"workflow\":\"" + workflow + "\",\"id\":\"" + id + "\",\"status\":\"" + status
                + "\"}\n";
    }

    static Instant daysAgo(int days) {
        return Instant.now().minus(Duration.ofDays(days));
    }

    HttpResponse<String> cleanUp(String query, String token) {
        return server.send(server.request("/logs/cleanup" + query, token).DELETE());
    }

    boolean exists(String id, String token) {
        return server.get("/logs/" + id, token).statusCode() == 200;
    }

    static String message(HttpResponse<String> response) {
        return json(response).at("/error/message").asText();
    }
}
