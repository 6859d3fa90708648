package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runlog.client.EventsEndpoint.Answer;
import java.net.URI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Delivery of events to a server that is unavailable, rejects them, or is not Runlog. */
final class DeliveryTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    @Test
    void boundsBatchesByBytes() throws Exception {
        CountDownLatch allQueued = new CountDownLatch(1);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            allQueued.await();
            return Answer.RECORDED;
        })) {
            String payload = "x".repeat(255 << 10);
            try (Recorder recorder = endpoint.recorder()
                    .bufferMaxBytes(256 << 20)
                    .requestTimeout(Duration.ofMinutes(2))
                    .build()) {
                for (int i = 0; i < 400; i++) {
                    recorder.start("large", RunOptions.none().withPayload(payload));
                }
                allQueued.countDown();
            }

            assertThat(endpoint.recorded).hasSize(400).allMatch(line -> line.contains(payload));
            assertThat(endpoint.requests).allMatch(request -> request.bytes() <= 1 << 20);
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void splitsARejectedBatchUntilTheBadEventIsIsolated(int status) throws Exception {
        CountDownLatch allQueued = new CountDownLatch(1);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            allQueued.await();
            return lines.stream().anyMatch(line -> line.contains("broken")) ? Answer.status(status) : Answer.RECORDED;
        })) {
            try (Recorder recorder =
                    endpoint.recorder().requestTimeout(Duration.ofMinutes(2)).build()) {
                for (int i = 0; i < 200; i++) {
                    recorder.start(i == 57 ? "broken" : "good");
                }
                allQueued.countDown();
            }

            assertThat(endpoint.recorded).hasSize(199).noneMatch(line -> line.contains("broken"));
            assertThat(endpoint.requests).anyMatch(request -> request.lines().size() > 50);
            assertThat(endpoint.reported).hasSize(1);
            assertThat(endpoint.reported.get(0)).startsWith("1 lost: ").contains(" returned " + status + ": no");
        }
    }

    @Test
    void sendsTheShortFormOfAnEventThatIsTooLargeForTheServer() throws Exception {
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) ->
                lines.stream().anyMatch(line -> line.length() > 100_000) ? Answer.status(413) : Answer.RECORDED)) {
            try (Recorder recorder = endpoint.recorder().build()) {
                recorder.start("before");
                recorder.start("large").succeed("x".repeat(500_000));
                recorder.start("after");
            }

            assertThat(endpoint.recorded).hasSize(4);
            assertThat(endpoint.recorded)
                    .filteredOn(line -> line.contains("finished"))
                    .singleElement()
                    .asString()
                    .contains("\"status\":\"SUCCESS\"", "{\"truncated\":\"java.lang.String\"}");
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @Test
    void stopsSplittingIfEveryEventIsRejected() throws Exception {
        CountDownLatch allQueued = new CountDownLatch(1);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            allQueued.await();
            return Answer.status(400);
        })) {
            try (Recorder recorder =
                    endpoint.recorder().requestTimeout(Duration.ofMinutes(2)).build()) {
                for (int i = 0; i < 400; i++) {
                    recorder.start("x");
                }
                allQueued.countDown();
            }

            assertThat(endpoint.requests).hasSizeLessThan(100);
            assertThat(endpoint.reported.stream()
                            .mapToInt(line -> Integer.parseInt(line.split(" ", 2)[0]))
                            .sum())
                    .isEqualTo(400);
        }
    }

    @ParameterizedTest
    @CsvSource({"503,1", "429,1", "503,5", "502,1", "404,1"})
    void closeRetriesWhileTheServerIsUnavailable(int status, int times) throws Exception {
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> attempt <= times ? Answer.status(status) : Answer.RECORDED)) {
            try (Recorder recorder = endpoint.recorder().build()) {
                recorder.start("x").succeed(null);
            }

            assertThat(endpoint.recorded).hasSize(2);
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @Test
    void closeGivesUpAfterItsTimeoutAndReportsWhy() throws Exception {
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> Answer.status(503))) {
            Recorder recorder =
                    endpoint.recorder().giveUpAfter(Duration.ofSeconds(3)).build();
            recorder.start("x");
            recorder.close();
            recorder.close();
            recorder.start("late");

            assertThat(endpoint.requests).hasSizeGreaterThan(1);
            assertThat(endpoint.reported).hasSize(2);
            assertThat(endpoint.reported.get(0)).startsWith("1 lost: ").contains("503");
            assertThat(endpoint.reported.get(1)).isEqualTo("1 lost: The recorder is closed.");
        }
    }

    @Test
    void closeSendsWaitingEventsEvenIfInterrupted() throws Exception {
        try (EventsEndpoint endpoint = EventsEndpoint.recordingAll()) {
            try (Recorder recorder = endpoint.recorder().build()) {
                recorder.start("x");
                Thread.currentThread().interrupt();
            }

            assertThat(Thread.interrupted()).isTrue();
            assertThat(endpoint.recorded).hasSize(1);
        }
    }

    @Test
    void closeReturnsIfTheServerNeverResponds() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            never.await();
            return Answer.RECORDED;
        })) {
            Recorder recorder = endpoint.recorder()
                    .giveUpAfter(Duration.ofMillis(100))
                    .requestTimeout(Duration.ofMillis(300))
                    .build();
            recorder.start("x");
            recorder.close();

            assertThat(endpoint.reported).hasSize(1);
            assertThat(endpoint.reported.get(0)).startsWith("1 lost: ");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void honoursRetryAfterInSecondsOrAsADate(boolean date) throws Exception {
        long[] times = new long[3];
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            times[attempt] = System.nanoTime();
            String retryAfter = date
                    ? DateTimeFormatter.RFC_1123_DATE_TIME.format(
                            ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(3))
                    : "1";
            return attempt == 1 ? new Answer(503, Map.of("Retry-After", retryAfter), "busy") : Answer.RECORDED;
        })) {
            try (Recorder recorder = endpoint.recorder().build()) {
                recorder.start("x");
            }

            assertThat(endpoint.recorded).hasSize(1);
            assertThat(Duration.ofNanos(times[2] - times[1])).isGreaterThan(Duration.ofMillis(900));
        }
    }

    @Test
    void triesOnceMoreBeforeGivingUpDespiteALongRetryAfter() throws Exception {
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) ->
                attempt == 1 ? new Answer(503, Map.of("Retry-After", "3600"), "busy") : Answer.RECORDED)) {
            try (Recorder recorder =
                    endpoint.recorder().giveUpAfter(Duration.ofSeconds(3)).build()) {
                recorder.start("x");
            }

            assertThat(endpoint.recorded).hasSize(1);
        }
    }

    @Test
    void requestsANewTokenWhenOneHasExpired() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> attempt == 1 ? Answer.status(401) : Answer.RECORDED)) {
            try (Recorder recorder = Recorder.to(endpoint.url(), () -> {
                        if (calls.incrementAndGet() == 2) {
                            throw new IllegalStateException("The identity provider is unavailable.");
                        }
                        return "token-" + calls.get() + "\n";
                    })
                    .listener(endpoint.listener())
                    .build()) {
                recorder.start("x");
            }

            assertThat(endpoint.requests)
                    .extracting(EventsEndpoint.Request::token)
                    .containsExactly("token-1", "token-3");
            assertThat(endpoint.recorded).hasSize(1);
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @Test
    void reportsAProxyThatRedirectsOrReturnsAPage() throws Exception {
        Answer page = new Answer(200, Map.of("Content-Type", "text/html"), "<html>\nSign in</html>");
        Answer redirect = new Answer(302, Map.of("Location", "https://login.example.com/"), "");
        for (Answer answer : List.of(page, redirect)) {
            try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> answer)) {
                try (Recorder recorder =
                        endpoint.recorder().giveUpAfter(Duration.ZERO).build()) {
                    recorder.start("x");
                    recorder.flush(TIMEOUT);
                }

                assertThat(endpoint.reported).hasSize(1);
                assertThat(endpoint.reported.get(0))
                        .startsWith("1 lost: " + endpoint.url())
                        .containsAnyOf(
                                "did not return a Runlog response. Check the URL and any proxies: <html> Sign in</html>",
                                "redirects to https://login.example.com/. Redirects are not followed");
            }
        }
    }

    @Test
    void retriesAfterAPageFromAProxy() throws Exception {
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) ->
                attempt == 1 ? new Answer(200, Map.of(), "Down for maintenance") : Answer.RECORDED)) {
            try (Recorder recorder = endpoint.recorder().build()) {
                recorder.start("x");
                assertThat(recorder.flush(TIMEOUT)).isTrue();
            }

            assertThat(endpoint.requests).hasSize(2);
            assertThat(endpoint.reported).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', /events",
        "/, /events",
        "/prefix, /prefix/events",
        "/prefix/, /prefix/events",
        "/a%20b/c//, /a b/c/events"
    })
    void keepsThePrefixOfTheUrl(String path, String requested) throws Exception {
        try (EventsEndpoint endpoint = EventsEndpoint.recordingAll()) {
            try (Recorder recorder = Recorder.to(URI.create(endpoint.url() + path), "t")
                    .listener(endpoint.listener())
                    .build()) {
                recorder.start("x");
            }

            assertThat(endpoint.requests)
                    .extracting(EventsEndpoint.Request::path)
                    .containsExactly(requested);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:8080",
                "ftp://host/",
                "/events",
                "http:///",
                "http://user:pass@host/",
                "http://host/?a=b",
                "http://host/#a"
            })
    void rejectsInvalidServerUrls(String url) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Recorder.to(URI.create(url), "t"))
                .withMessageStartingWith("Invalid server URL")
                .withMessageNotContaining("pass@");
    }

    @Test
    void doesNotShowAnInvalidToken() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Recorder.to(URI.create("http://host"), "secret\ntoken"))
                .withMessageNotContaining("secret");
    }

    @Test
    void rejectsInvalidBounds() {
        RecorderBuilder builder = Recorder.to(URI.create("http://host"), "t");

        assertThatIllegalArgumentException().isThrownBy(() -> builder.bufferMax(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.eventMaxBytes(1))
                .withMessage("Invalid eventMaxBytes: 1 (expected 65536 or more).");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.giveUpAfter(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.requestTimeout(Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.bufferMaxBytes(1 << 20).build());
    }

    @Test
    void boundsTheMemoryOfWaitingEventsAndPrefersFinishes() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (EventsEndpoint endpoint = new EventsEndpoint((attempt, lines) -> {
            gate.await();
            return Answer.RECORDED;
        })) {
            String payload = "x".repeat(100_000);
            try (Recorder recorder = endpoint.recorder()
                    .bufferMaxBytes(4 << 20)
                    .requestTimeout(Duration.ofMinutes(2))
                    .build()) {
                List<Run> runs = IntStream.range(0, 31)
                        .mapToObj(i -> recorder.start("x", RunOptions.none().withPayload(payload)))
                        .toList();
                // Fill the rest of the room for starts.
                while (endpoint.reported.isEmpty()) {
                    recorder.start("flood");
                }
                runs.forEach(run -> run.succeed(payload));
                gate.countDown();
            }

            assertThat(endpoint.reported).containsExactly("1 lost: The buffer is full.");
            assertThat(endpoint.recorded.stream().mapToLong(String::length).sum())
                    .isLessThan(4 << 20);
            assertThat(endpoint.recorded)
                    .filteredOn(line -> line.contains("finished"))
                    .hasSize(31);
            // Ten fit in full, the others without their results.
            assertThat(endpoint.recorded)
                    .filteredOn(line -> line.contains("finished"))
                    .anyMatch(line -> line.contains(payload))
                    .anyMatch(line -> line.contains("truncated"));
        }
    }

    @Test
    void survivesAListenerThatThrows() throws Exception {
        try (EventsEndpoint endpoint =
                new EventsEndpoint((attempt, lines) -> attempt == 1 ? Answer.status(403) : Answer.RECORDED)) {
            RecorderListener hostile = new RecorderListener() {
                @Override
                public void onLost(int events, String reason) {
                    throw new IllegalStateException(reason);
                }

                @Override
                public void onRejected(String event, String code, String message) {}
            };
            try (Recorder recorder = endpoint.recorder().listener(hostile).build()) {
                recorder.start("lost");
                recorder.flush(TIMEOUT);
                recorder.start("recorded");
            }

            assertThat(endpoint.recorded).hasSize(1);
        }
    }
}
