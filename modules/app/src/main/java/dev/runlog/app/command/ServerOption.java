package dev.runlog.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which server a command talks to, as whom; and how it asks. */
class ServerOption {
    static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:RUNLOG_URL:-http://127.0.0.1:8080}",
            description = "The server. Default: RUNLOG_URL, or http://127.0.0.1:8080")
    private URI url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:RUNLOG_TOKEN}",
            description = "The token. Default: RUNLOG_TOKEN; './runlog token' makes one.")
    private @Nullable String token;

    ServerOption() {
        url = URI.create("http://127.0.0.1:8080");
    }

    URI url() {
        return url;
    }

    String token() {
        if (token == null || token.isBlank()) {
            throw new CommandFailure("There is no token: give --token or set RUNLOG_TOKEN; './runlog token --subject "
                    + "NAME --scope SCOPES' makes one.");
        }
        return token;
    }

    /** The {@code data} of an operation; fails with what the server says where it refuses. */
    JsonNode graphql(String query, Map<String, @Nullable Object> variables) {
        try {
            HttpRequest request = HttpRequest.newBuilder(url().resolve("/graphql"))
                    .timeout(Duration.ofSeconds(60))
                    .header("Authorization", "Bearer " + token())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(
                            JSON.writeValueAsString(Map.of("query", query, "variables", variables))))
                    .build();
            HttpResponse<String> response = HttpClient.newBuilder()
                    .connectTimeout(Duration.ofSeconds(5))
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            return data(response);
        } catch (JsonProcessingException odd) {
            throw new CommandFailure("What answers at " + url() + " is no Runlog.");
        } catch (IOException away) {
            throw new CommandFailure("The server at " + url() + " does not answer.");
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("Interrupted.");
        }
    }

    private static JsonNode data(HttpResponse<String> response) throws JsonProcessingException {
        JsonNode answer = JSON.readTree(response.body());
        JsonNode error = answer.path("errors").path(0);
        if (!error.isMissingNode()) {
            throw new CommandFailure(error.path("message").asText() + " ("
                    + error.path("extensions").path("code").asText() + ")");
        }
        return answer.path("data");
    }
}
