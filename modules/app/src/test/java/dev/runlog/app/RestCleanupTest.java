package dev.runlog.app;

import static dev.runlog.app.RunningServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cleanups as the first version's test and frontend request them, and the input that GraphQL's cleanups refuse. */
@ServerTest("RETENTION_REQUESTS_PER_MINUTE=100000")
final class RestCleanupTest extends RestTestCase {
    RestCleanupTest(RunningServer server) {
        super(server);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dry_run=true",
                "dry_run=1",
                "dry_run=yes",
                "dry_run=on",
                "dry_run",
                "dry_run=",
                "dry_run=True",
                "dry_run=YES",
                "days_to_keep=1&dry_run"
            })
    void reportsAndDeletesNothingOnADryRun(String query) {
        String token = newOwner();
        String old = record(token, "w", daysAgo(40));

        HttpResponse<String> response = cleanUp("?" + query, token);

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode reply = json(response);
        assertThat(reply.get("dry_run").asBoolean()).isTrue();
        assertThat(reply.get("matched").asInt()).isEqualTo(1);
        assertThat(reply.get("deleted_count").asInt()).isZero();
        assertThat(reply.at("/preview/by_status/success").asInt()).isEqualTo(1);
        assertThat(reply.has("cleanup_id")).isFalse();
        assertThat(exists(old, token)).isTrue();
        assertThat(cleanups(token)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?dry_run=false", "?dry_run=0", "?dry_run=no", "?dry_run=OFF", "?days_to_keep=39"})
    void deletesOldExecutionsAndReturnsTheirNumber(String query) {
        String token = newOwner();
        String old = record(token, "w", daysAgo(40));
        String young = record(token, "w", daysAgo(3));
        String other = newOwner();
        String others = record(other, "w", daysAgo(40));

        HttpResponse<String> response = cleanUp(query, token);

        assertThat(response.statusCode()).isEqualTo(200);
        JsonNode reply = json(response);
        assertThat(reply.get("deleted_count").asInt()).isEqualTo(1);
        assertThat(reply.get("state").asText()).isEqualTo("completed");
        assertThat(server.data(
                                token,
                                "query($id: ID!) { cleanup(id: $id) { deleted } }",
                                "id",
                                reply.get("cleanup_id").asText())
                        .at("/cleanup/deleted")
                        .asInt())
                .isEqualTo(1);
        assertThat(exists(old, token)).isFalse();
        assertThat(exists(young, token)).isTrue();
        assertThat(exists(others, other)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dryRun=true",
                "dry-run=true",
                "DRY_RUN=true",
                "dry_run=maybe",
                "dry_run=2",
                "dry_run=tru",
                "dry_run=true&dry_run=false",
                "days=365",
                "daysToKeep=365",
                "keep_days=365",
                "status=failed",
                "workflow_id=1",
                "_=1",
                "days_to_keep=0",
                "days_to_keep=-1",
                "days_to_keep=20001",
                "days_to_keep",
                "days_to_keep=",
                "days_to_keep=many",
                "days_to_keep=3.5",
                "days_to_keep=1e9",
                "days_to_keep=99999999999999999999",
                "days_to_keep=%D9%A3",
                "days_to_keep=%00",
                "days_to_keep=+365",
                "days_to_keep=365&days_to_keep=1",
                "%64ays_to_keep=365&days_to_keep=1",
                "days_to_keep=%zz",
                "dry_run%00=1"
            })
    void rejectsUnknownParametersAndDeletesNothing(String query) throws IOException {
        String token = newOwner();
        String old = record(token, "w", daysAgo(40));

        // As bytes: the JDK's client refuses some of these itself.
        String response;
        try (RawHttp client = new RawHttp(server)) {
            response = client.send(RawHttp.head("DELETE /logs/cleanup?" + query, token, "Connection: close"))
                    .untilClosed();
        }

        assertThat(response).startsWith("HTTP/1.1 400 ").contains("\"code\":\"BAD_INPUT\"", "\"detail\":\"");
        assertThat(exists(old, token)).isTrue();
        assertThat(cleanups(token)).isZero();
    }

    @Test
    void namesTheParameterAndWhatIsAccepted() {
        String token = newOwner();

        assertThat(message(cleanUp("?dryRun=true", token)))
                .isEqualTo("Unknown parameter `dryRun` (expected `days_to_keep` or `dry_run`).");
        assertThat(message(cleanUp("?dry_run=maybe", token)))
                .isEqualTo("Invalid `dry_run`: maybe (expected true, 1, yes or on, or false, 0, no or off).");
        assertThat(message(cleanUp("?days_to_keep=0", token)))
                .isEqualTo("Invalid `days_to_keep`: 0 (expected 1 to 20000).");
        assertThat(message(cleanUp("?days_to_keep=9&days_to_keep=8", token)))
                .isEqualTo("Repeated parameter `days_to_keep` (expected at most once).");
        assertThat(message(server.get("/workflows?page=2", token)))
                .isEqualTo("Unknown parameter `page` (expected `limit` or `offset`).");
    }

    @Test
    void rejectsACleanupWithABody() {
        String token = newOwner();
        String old = record(token, "w", daysAgo(40));

        HttpResponse<String> response = server.send(server.request("/logs/cleanup", token)
                .header("Content-Type", "application/json")
                .method("DELETE", HttpRequest.BodyPublishers.ofString("{\"dry_run\": true}")));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(message(response)).startsWith("Unexpected body");
        assertThat(exists(old, token)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cleanupExecutions(input: {olderThan: \"P1D\", statuses: []}) { cleanup { id } }",
                "cleanupExecutions(input: {}) { cleanup { id } }",
                "cleanupExecutions(input: {dryRun: false, ignorePolicies: true}) { cleanup { id } }",
                "cleanupExecutions(input: {olderThan: \"-P1D\"}) { cleanup { id } }",
                "cleanupExecutions(input: {keepLast: 0}) { cleanup { id } }",
                "cleanupExecutions(input: {olderThan: \"P1D\", workflowId: \"\"}) { cleanup { id } }",
                "cleanupExecutions(input: {olderThan: \"P1D\", dry_run: true}) { cleanup { id } }",
                "setRetentionPolicy(input: {keepFor: \"P1D\", statuses: []}) { retentionPolicy { id } }",
                "setRetentionPolicy(input: {keepFor: \"PT0S\"}) { retentionPolicy { id } }",
                "setRetentionPolicy(input: {}) { retentionPolicy { id } }",
                "deleteRetentionPolicy(input: {id: \"\"}) { retentionPolicy { id } }"
            })
    void rejectsGraphqlCleanupsWithUnknownInput(String mutation) {
        String token = newOwner();
        String old = record(token, "w", daysAgo(40));

        assertThat(server.code(token, "mutation { " + mutation + " }")).isEqualTo("BAD_INPUT");

        assertThat(exists(old, token)).isTrue();
        assertThat(cleanups(token)).isZero();
    }

    private int cleanups(String token) {
        return server.data(token, "{ cleanups { nodes { id } } }")
                .at("/cleanups/nodes")
                .size();
    }
}
