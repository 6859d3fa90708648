package dev.runlog.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends a body to {@code POST /events} and interprets the response. */
final class EventsClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode NO_REPORT = MissingNode.getInstance();
    /** Maximum length of a response that is read. */
    private static final int RESPONSE_MAX_BYTES = 1 << 20;

    private final URI endpoint;
    private final Supplier<String> tokens;
    private final boolean tokenIsFixed;
    private final Duration timeout;
    private final HttpClient http;

    enum ReplyKind {
        /** Recorded, except for the lines that the report rejects. */
        RECORDED,
        /** Rejected because of its contents. */
        REFUSED,
        /** The token is not valid or lacks a scope. */
        DENIED,
        /** The server is unavailable or overloaded, or something else responds in its place. Retry. */
        UNAVAILABLE
    }

    /**
     * @param reason human-readable; empty if recorded
     * @param report the server's report; a missing node unless recorded
     * @param retryAfter wait requested by the server, or zero
     */
    record Reply(ReplyKind kind, String reason, JsonNode report, Duration retryAfter) {
        static Reply of(ReplyKind kind, String reason) {
            return new Reply(kind, reason, NO_REPORT, Duration.ZERO);
        }
    }

    /** @param fixedToken null if {@code tokens} supplies changing ones */
    EventsClient(URI server, @Nullable String fixedToken, Supplier<String> tokens, Duration timeout) {
        this.endpoint = endpoint(server);
        this.tokens = tokens;
        this.tokenIsFixed = fixedToken != null;
        this.timeout = timeout;
        this.http = HttpClient.newBuilder().connectTimeout(timeout).build();
    }

    /** {@code https://host/prefix/} becomes {@code https://host/prefix/events}. */
    static URI endpoint(URI server) {
        String scheme = server.getScheme();
        if (scheme == null || !scheme.matches("(?i)https?") || server.getHost() == null) {
            throw new IllegalArgumentException(
                    "Invalid server URL: " + server + " (expected http://host:port or https://host/prefix).");
        }
        if (server.getRawUserInfo() != null || server.getRawQuery() != null || server.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "Invalid server URL for " + server.getHost() + ": it must not have a user, a query or a fragment.");
        }
        return URI.create(
                scheme + "://" + server.getRawAuthority() + server.getRawPath().replaceFirst("/+$", "") + "/events");
    }

    /** Trims and validates a token for a header. Error messages do not contain it. */
    static String checkedToken(@Nullable String token) {
        String trimmed = token == null ? "" : token.strip();
        if (trimmed.isEmpty() || !trimmed.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "Invalid token: it is empty or contains characters that are not allowed in a header.");
        }
        return trimmed;
    }

    /** Never fails: if there is no response in time, the reply says so. */
    CompletableFuture<Reply> post(byte[] body) {
        String token;
        try {
            token = checkedToken(tokens.get());
        } catch (RuntimeException | Error failure) { // The application's own code.
            return CompletableFuture.completedFuture(Reply.of(ReplyKind.UNAVAILABLE, "Cannot get a token: " + failure));
        }
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .timeout(timeout)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        Body answer = new Body();
        // The request's own timeout covers only the headers, so the wait for the body is limited here.
        CompletableFuture<HttpResponse<Void>> response = http.sendAsync(
                request, info -> HttpResponse.BodySubscribers.ofByteArrayConsumer(part -> part.ifPresent(answer::add)));
        return response.thenApply(complete -> answer(complete, answer.text()))
                .orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS)
                .exceptionally(this::noAnswer)
                .whenComplete((reply, failure) -> response.cancel(true));
    }

    private Reply noAnswer(Throwable failure) {
        return failure instanceof TimeoutException
                ? Reply.of(
                        ReplyKind.UNAVAILABLE,
                        endpoint + " did not respond within " + timeout.toMillis() / 1000.0 + " s.")
                : Reply.of(
                        ReplyKind.UNAVAILABLE,
                        endpoint + " does not respond: "
                                + (failure instanceof CompletionException ? failure.getCause() : failure));
    }

    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        synchronized void add(byte[] part) {
            bytes.write(part, 0, Math.min(part.length, RESPONSE_MAX_BYTES - bytes.size()));
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private Reply answer(HttpResponse<?> response, String body) {
        int status = response.statusCode();
        JsonNode json = jsonOrNull(body);
        if (status == 200) {
            return json != null && json.path("recorded").isIntegralNumber()
                    ? new Reply(ReplyKind.RECORDED, "", json, Duration.ZERO)
                    : Reply.of(
                            ReplyKind.UNAVAILABLE,
                            endpoint + " did not return a Runlog response. Check the URL and any proxies: "
                                    + shortened(body));
        }
        if (status >= 300 && status < 400) {
            return Reply.of(
                    ReplyKind.UNAVAILABLE,
                    endpoint + " redirects to "
                            + shortened(
                                    response.headers().firstValue("Location").orElse("(nowhere)"))
                            + ". Redirects are not followed; use the final URL, or one without a sign-in page.");
        }
        String message = json == null ? "" : json.path("error").path("message").asText();
        String reason = endpoint + " returned " + status + ": " + (message.isEmpty() ? shortened(body) : message);
        return new Reply(kind(status), reason, NO_REPORT, retryAfter(response));
    }

    private ReplyKind kind(int status) {
        return switch (status) {
            case 400, 413, 422 -> ReplyKind.REFUSED;
            case 401 -> tokenIsFixed ? ReplyKind.DENIED : ReplyKind.UNAVAILABLE;
            case 403 -> ReplyKind.DENIED;
            default -> ReplyKind.UNAVAILABLE;
        };
    }

    /** Seconds or a date (RFC 9110). */
    private static Duration retryAfter(HttpResponse<?> response) {
        String value = response.headers().firstValue("Retry-After").orElse("").strip();
        if (value.matches("[0-9]{1,6}")) {
            return Duration.ofSeconds(Long.parseLong(value));
        }
        try {
            Instant date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration left = Duration.between(Instant.now(), date);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeException none) {
            return Duration.ZERO;
        }
    }

    private static @Nullable JsonNode jsonOrNull(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return null;
        }
    }

    /** Truncates a text and joins its lines, for the log. */
    private static String shortened(String text) {
        return (text.length() > 200 ? text.substring(0, 200) + "…" : text).replaceAll("[\\p{Cntrl}\\s]+", " ");
    }

    static byte[] body(List<Event> events) {
        ByteArrayOutputStream body = new ByteArrayOutputStream(
                events.stream().mapToInt(event -> event.line().length + 1).sum());
        for (Event event : events) {
            body.writeBytes(event.line());
            body.write('\n');
        }
        return body.toByteArray();
    }
}
