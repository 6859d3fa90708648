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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends one body to {@code POST /events} and says what the answer means for it. */
final class EventsClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode NO_REPORT = MissingNode.getInstance();
    /** More of an answer is not read. */
    private static final int ANSWER_MAX_BYTES = 1 << 20;

    private final URI endpoint;
    private final Supplier<String> tokens;
    private final boolean tokenIsFixed;
    private final Duration timeout;
    private final HttpClient http;

    enum Meaning {
        /** Recorded, except for the lines that the report rejects. */
        RECORDED,
        /** Refused because of what it holds. */
        REFUSED,
        /** This token will never do. */
        DENIED,
        /** The server is away, overloaded, or something else answers in its place: worth another try. */
        AWAY
    }

    /**
     * @param reason for people; empty where it was recorded
     * @param report the server's report; a missing node unless it was recorded
     * @param retryAfter what the server asked for, or zero
     */
    record Answer(Meaning meaning, String reason, JsonNode report, Duration retryAfter) {
        static Answer of(Meaning meaning, String reason) {
            return new Answer(meaning, reason, NO_REPORT, Duration.ZERO);
        }
    }

    /** @param fixedToken null where there is a supplier */
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

    /** A token as a header can carry it; fails without showing it. */
    static String checkedToken(@Nullable String token) {
        String trimmed = token == null ? "" : token.strip();
        if (trimmed.isEmpty() || !trimmed.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw new IllegalArgumentException(
                    "The token is empty or has characters that an Authorization header cannot carry.");
        }
        return trimmed;
    }

    Answer post(byte[] body) throws InterruptedException {
        String token;
        try {
            token = checkedToken(tokens.get());
        } catch (RuntimeException | Error failure) { // The application's own code.
            return Answer.of(Meaning.AWAY, "There is no token: " + failure);
        }
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .timeout(timeout)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        Body answer = new Body();
        // The request's own timeout ends with the headers; waiting for the body has to be limited, too.
        CompletableFuture<HttpResponse<Void>> response = http.sendAsync(
                request, info -> HttpResponse.BodySubscribers.ofByteArrayConsumer(part -> part.ifPresent(answer::add)));
        try {
            HttpResponse<Void> complete = response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
            return answer(complete, answer.text());
        } catch (ExecutionException failed) {
            return Answer.of(Meaning.AWAY, endpoint + " does not answer: " + failed.getCause());
        } catch (TimeoutException late) {
            return Answer.of(Meaning.AWAY, endpoint + " does not answer within " + timeout.toMillis() / 1000.0 + " s.");
        } finally {
            response.cancel(true);
        }
    }

    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        synchronized void add(byte[] part) {
            bytes.write(part, 0, Math.min(part.length, ANSWER_MAX_BYTES - bytes.size()));
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private Answer answer(HttpResponse<?> response, String body) {
        int status = response.statusCode();
        JsonNode json = jsonOrNull(body);
        if (status == 200) {
            return json != null && json.path("recorded").isIntegralNumber()
                    ? new Answer(Meaning.RECORDED, "", json, Duration.ZERO)
                    : Answer.of(
                            Meaning.AWAY,
                            endpoint + " answers, but not as Runlog does. Check the URL, and proxies in between: "
                                    + shortened(body));
        }
        if (status >= 300 && status < 400) {
            return Answer.of(
                    Meaning.AWAY,
                    endpoint + " redirects to "
                            + shortened(
                                    response.headers().firstValue("Location").orElse("(nowhere)"))
                            + ". Redirects are not followed: use the final URL, or a route that needs no sign-in page.");
        }
        String message = json == null ? "" : json.path("error").path("message").asText();
        String reason = endpoint + " answered " + status + ": " + (message.isEmpty() ? shortened(body) : message);
        return new Answer(meaning(status), reason, NO_REPORT, retryAfter(response));
    }

    private Meaning meaning(int status) {
        return switch (status) {
            case 400, 413, 422 -> Meaning.REFUSED;
            case 401 -> tokenIsFixed ? Meaning.DENIED : Meaning.AWAY;
            case 403 -> Meaning.DENIED;
            default -> Meaning.AWAY;
        };
    }

    /** Seconds or a date, as RFC 9110 has it. */
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

    /** On one line, as it goes into a log. */
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
