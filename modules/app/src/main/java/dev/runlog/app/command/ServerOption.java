package dev.runlog.app.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for a server, and the requests to it. */
public class ServerOption {
    static final ObjectMapper JSON = new ObjectMapper();

    /** All visible ASCII, more than RFC 6750, section 2.1 allows: the server decides. */
    private static final Pattern TOKEN = Pattern.compile("[!-~]+");

    private static final int TOKEN_FILE_BYTES_MAX = 65_536;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:RUNLOG_URL:-http://127.0.0.1:8080}",
            description = {"URL of the server.", "Default: RUNLOG_URL or http://127.0.0.1:8080"})
    private String url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = {
                "Token, as created by './runlog token'. Default: RUNLOG_TOKEN.",
                "Other users of this machine can see it in the process list; prefer --token-file or RUNLOG_TOKEN."
            })
    private @Nullable String token;

    @Option(names = "--token-file", paramLabel = "FILE", description = "File that contains the token.")
    private @Nullable Path tokenFile;

    private boolean warned;

    public ServerOption() {
        url = "http://127.0.0.1:8080";
    }

    /** Fails with a {@link BadUsage} if the URL is invalid. */
    public URI url() {
        try {
            URI parsed = new URI(url.trim());
            boolean http = "http".equalsIgnoreCase(parsed.getScheme()) || "https".equalsIgnoreCase(parsed.getScheme());
            if (http && parsed.getHost() != null && parsed.getRawUserInfo() == null) {
                return parsed;
            }
        } catch (URISyntaxException malformed) {
            // Reported below.
        }
        throw new BadUsage(
                "Invalid --url or RUNLOG_URL: " + url + " (expected http://HOST:PORT or https://HOST/PREFIX).");
    }

    /** Returns the token without surrounding white space. Messages never contain it. */
    public String token() {
        String found = findToken();
        if (found == null || found.isBlank()) {
            throw new CommandFailure(
                    "Missing token: use --token-file or set RUNLOG_TOKEN. Create one with './runlog token "
                            + "--subject NAME --scope SCOPES'.");
        }
        String trimmed = found.strip();
        if (!TOKEN.matcher(trimmed).matches()) {
            throw new CommandFailure("Invalid token: it contains characters such as spaces or line breaks.");
        }
        return trimmed;
    }

    private @Nullable String findToken() {
        if (token != null && tokenFile != null) {
            throw new BadUsage("Use either --token or --token-file, not both.");
        }
        if (token != null) {
            if (!warned) {
                warned = true;
                warnAboutSecretInArgument("--token", "--token-file or RUNLOG_TOKEN");
            }
            return token;
        }
        return tokenFile == null ? System.getenv("RUNLOG_TOKEN") : read(tokenFile);
    }

    /** Warns that all users of the machine can see the secret in an argument. */
    static void warnAboutSecretInArgument(String option, String instead) {
        System.err.println("runlog: warning: other users of this machine can see the secret in " + option + "; use "
                + instead + ".");
    }

    private static String read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(TOKEN_FILE_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (NoSuchFileException absent) {
            throw new CommandFailure("Cannot read --token-file " + file + ": no such file.");
        } catch (IOException unreadable) {
            throw new CommandFailure("Cannot read --token-file " + file + ": " + unreadable.getMessage());
        }
    }

    /** {@code https://host/prefix/} with {@code /graphql} becomes {@code https://host/prefix/graphql}. */
    public static URI below(URI server, String path) {
        return URI.create(server.getScheme() + "://" + server.getRawAuthority()
                + server.getRawPath().replaceFirst("/+$", "") + path);
    }

    /** Returns the {@code data} of an operation; fails with the server's error message. */
    public JsonNode graphql(String query, Map<String, @Nullable Object> variables) {
        try {
            HttpRequest request = HttpRequest.newBuilder(below(url(), "/graphql"))
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
        } catch (JsonProcessingException notJson) {
            throw new CommandFailure("The server at " + url() + " did not return JSON. Is it Runlog?");
        } catch (IOException unavailable) {
            throw new CommandFailure("Cannot connect to the server at " + url() + ".");
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
