package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.client.Recorder;
import dev.runlog.client.RecorderListener;
import dev.runlog.client.Run;
import dev.runlog.client.RunOptions;
import dev.runlog.testing.TestDatabase;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the Java client records of odd values and exceptions, on a real server: never a run that stays RUNNING. */
@ServerTest
final class JavaClientTest {
    private final RunningServer server;
    private final String token;

    JavaClientTest(RunningServer server) {
        this.server = server;
        token = server.token("alice");
    }

    private static final class Opaque {}

    private static final class Unspeakable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }
    }

    private static final class OwnCause extends Exception {
        private static final long serialVersionUID = 1L;

        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    private static Map<String, Object> selfReference() {
        Map<String, Object> map = new HashMap<>();
        map.put("self", map);
        return map;
    }

    static List<Arguments> works() {
        Instant noon = Instant.parse("2026-01-02T12:00:00Z");
        return List.of(
                work("instant", "SUCCESS", "\"2026-01-02T12:00:00Z\"", () -> noon),
                work("optional", "SUCCESS", "3", () -> Optional.of(3)),
                work("no-getters", "SUCCESS", note("unserialisable", Opaque.class), Opaque::new),
                work("self-reference", "SUCCESS", note("unserialisable", HashMap.class), JavaClientTest::selfReference),
                work("300-kb", "SUCCESS", "\"\\\"xxxxx", () -> "x".repeat(300 << 10)),
                work("2-mb", "SUCCESS", note("truncated", String.class), () -> "x".repeat(2 << 20)),
                work("lone-surrogate", "SUCCESS", "\"a\uFFFD\"", () -> "a\uD800"),
                work("nul-in-message", "FAILED", "null", () -> {
                    throw new IllegalStateException("a\u0000b");
                }),
                work("message-throws", "FAILED", "null", () -> {
                    throw new Unspeakable();
                }),
                work("own-cause", "FAILED", "null", () -> {
                    throw new OwnCause();
                }),
                work("interrupted", "FAILED", "null", () -> {
                    throw new InterruptedException();
                }),
                work("stack-overflow", "FAILED", "null", JavaClientTest::endlessly));
    }

    private static Arguments work(String workflow, String status, String result, Callable<Object> work) {
        return Arguments.of(workflow, status, result, work);
    }

    private static String note(String word, Class<?> type) {
        return "{\"" + word + "\":\"" + type.getName() + "\"}";
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endlessly() {
        return endlessly() + 1;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("works")
    void endsEveryRun(String workflow, String status, String result, Callable<Object> work) {
        List<String> losses = new CopyOnWriteArrayList<>();
        try (Recorder recorder = recorder(losses)) {
            if (status.equals("FAILED")) {
                assertThatThrownBy(() -> recorder.record(workflow, work)).isNotNull();
            } else {
                assertThat(callRecorded(recorder, workflow, work)).isNotNull();
            }
        }

        assertThat(losses).isEmpty();
        JsonNode execution = executions(workflow).get(0);
        assertThat(execution.get("status").asText()).isEqualTo(status);
        assertThat(execution.get("result").toString()).startsWith(result);
    }

    private static Object callRecorded(Recorder recorder, String workflow, Callable<Object> work) {
        try {
            return recorder.record(workflow, work);
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void endsRunsWithOddPayloadsAndLabels() {
        List<String> losses = new CopyOnWriteArrayList<>();
        Map<String, String> labels = new HashMap<>();
        labels.put("null", null);
        labels.put("nul", "a\u0000b");
        labels.put("lone", "a\uD800");
        try (Recorder recorder = recorder(losses)) {
            for (Object payload : List.of(new Opaque(), selfReference(), "x".repeat(2 << 20), Optional.of("a\u0000"))) {
                recorder.start(
                                "odd-payload",
                                RunOptions.none()
                                        .withPayload(payload)
                                        .withLabels(labels)
                                        .withTrigger("t\0"))
                        .succeed(null);
            }
        }

        assertThat(losses).isEmpty();
        assertThat(executions("odd-payload"))
                .hasSize(4)
                .allMatch(execution -> execution.get("status").asText().equals("SUCCESS"))
                .allMatch(execution ->
                        execution.get("labels").toString().equals("{\"lone\":\"a\uFFFD\",\"nul\":\"a\uFFFDb\"}"));
    }

    @Test
    void losesNoNeighbourOfALargeEvent() {
        List<String> losses = new CopyOnWriteArrayList<>();
        try (Recorder recorder = recorder(losses)) {
            IntStream.range(0, 200)
                    .forEach(i -> recorder.start("neighbours").succeed(i == 57 ? "x".repeat(2 << 20) : "small"));
        }

        assertThat(losses).isEmpty();
        assertThat(executions("neighbours"))
                .hasSize(200)
                .allMatch(execution -> execution.get("status").asText().equals("SUCCESS"));
    }

    /** The client's limit stays at its default, which lies above what this server accepts. */
    @Test
    void shortensAndSplitsRejectedEvents(TestDatabase database) throws InterruptedException {
        List<String> losses = new CopyOnWriteArrayList<>();
        try (RunningServer strict = RunningServer.start(
                        database, "HTTP_BODY_MAX_BYTES", "100000", "HTTP_EVENTS_BODY_MAX_BYTES", "150000");
                Recorder recorder = Recorder.to(strict.url(), strict.token("bob"))
                        .listener(listener(losses))
                        .build()) {
            List<Run> runs =
                    Stream.generate(() -> recorder.start("strict")).limit(20).toList();
            runs.forEach(run -> run.succeed("x".repeat(60_000)));
            runs.get(0).succeedStep(0, "large", "x".repeat(200_000));
            assertThat(recorder.flush(Duration.ofSeconds(50))).isTrue();

            assertThat(losses).isEmpty();
            JsonNode executions = strict.data(
                            strict.token("bob"),
                            "{ executions(first: 200) { nodes { status steps { nodes { name } } } } }")
                    .at("/executions/nodes");
            assertThat(executions)
                    .hasSize(20)
                    .allMatch(execution -> execution.get("status").asText().equals("SUCCESS"))
                    .anyMatch(execution -> execution.at("/steps/nodes").size() == 1);
        }
    }

    @Test
    void recordsARunOfSeveralProcessesUnderItsExternalId() {
        List<String> losses = new CopyOnWriteArrayList<>();
        Instant start = Instant.now().minus(Duration.ofHours(3)).truncatedTo(ChronoUnit.MILLIS);
        RunOptions options = RunOptions.none()
                .withExternalId("manual__2026-01-02T00:00:00+00:00")
                .withSource("airflow");
        try (Recorder worker = recorder(losses)) {
            Run run = worker.attach("several", options);
            run.heartbeat();
            run.startStep(0, "read").succeed("rows");
        }
        try (Recorder scheduler = recorder(losses)) {
            scheduler
                    .start(
                            "several",
                            options.withStartedAt(start)
                                    .withParentExternalId("daily")
                                    .withPayload("in"))
                    .succeed("out");
            scheduler
                    .attach("parent", options.withExternalId("daily").withStartedAt(start))
                    .cancel(null);
        }

        assertThat(losses).isEmpty();
        JsonNode execution = server.data(
                        token,
                        "query($id: String!) { execution(externalId: $id, source: \"airflow\") {"
                                + " status startedAt payload result parent { externalId status startedAt }"
                                + " steps { nodes { name status output } } } }",
                        "id",
                        "manual__2026-01-02T00:00:00+00:00")
                .get("execution");
        assertThat(execution.get("status").asText()).isEqualTo("SUCCESS");
        assertThat(Instant.parse(execution.get("startedAt").asText())).isEqualTo(start);
        assertThat(execution.get("payload").asText()).isEqualTo("in");
        assertThat(execution.get("result").asText()).isEqualTo("out");
        assertThat(execution.at("/parent/externalId").asText()).isEqualTo("daily");
        assertThat(execution.at("/parent/status").asText()).isEqualTo("CANCELLED");
        assertThat(Instant.parse(execution.at("/parent/startedAt").asText())).isEqualTo(start);
        assertThat(execution.at("/steps/nodes/0").toString())
                .isEqualTo("{\"name\":\"read\",\"status\":\"SUCCESS\",\"output\":\"rows\"}");
    }

    @Test
    void recordsAQueuedRunThatAnotherProcessStartsAndRetries() {
        List<String> losses = new CopyOnWriteArrayList<>();
        Instant queued = Instant.now().minus(Duration.ofHours(1)).truncatedTo(ChronoUnit.MILLIS);
        RunOptions options =
                RunOptions.none().withExternalId("q1").withSource("rq").withWorkflowName("Queue test");
        try (Recorder recorder = recorder(losses)) {
            recorder.queue("queued", options.withQueuedAt(queued).withPayload("in"));
            recorder.queue("queued", options.withExternalId("q3"));
            Run run = recorder.attach("queued", options.withStartedAt(queued.plusSeconds(60)));
            run.start();
            run.fail(new IllegalStateException("first"));
            recorder.start("queued", options.withExternalId("q2").withAttempt(2).withRetryOfExternalId("q1"))
                    .succeed(null);
        }

        assertThat(losses).isEmpty();
        JsonNode execution = server.data(
                token,
                "{ execution(externalId: \"q1\", source: \"rq\") { status queuedAt startedAt payload"
                        + " workflow { name } retriedBy { externalId attempt status retryOf { externalId } } }"
                        + " waiting: execution(externalId: \"q3\", source: \"rq\") { status startedAt } }");
        assertThat(execution.at("/waiting/status").asText()).isEqualTo("QUEUED");
        assertThat(execution.at("/waiting/startedAt").isNull()).isTrue();
        JsonNode first = execution.get("execution");
        assertThat(first.get("status").asText()).isEqualTo("FAILED");
        assertThat(Instant.parse(first.get("queuedAt").asText())).isEqualTo(queued);
        assertThat(Instant.parse(first.get("startedAt").asText())).isEqualTo(queued.plusSeconds(60));
        assertThat(first.get("payload").asText()).isEqualTo("in");
        assertThat(first.at("/workflow/name").asText()).isEqualTo("Queue test");
        assertThat(first.get("retriedBy"))
                .hasToString("{\"externalId\":\"q2\",\"attempt\":2,\"status\":\"SUCCESS\","
                        + "\"retryOf\":{\"externalId\":\"q1\"}}");
    }

    @Test
    void reportsWhatTheServerIgnored() {
        List<String> reports = new CopyOnWriteArrayList<>();
        try (Recorder recorder = recorder(reports)) {
            recorder.start(
                    "client-warnings", RunOptions.none().withExternalId("loop").withParentExternalId("loop"));
        }

        assertThat(reports).containsExactly("warning: parentExternalId ignored: it would close a cycle.");
    }

    @Test
    void reportsInvalidExternalIds() {
        List<String> losses = new CopyOnWriteArrayList<>();
        try (Recorder recorder = recorder(losses)) {
            recorder.start("invalid", RunOptions.none().withExternalId("x".repeat(513)));
            recorder.start("invalid", RunOptions.none().withExternalId(""));
            recorder.start("invalid", RunOptions.none().withId(UUID.randomUUID()));
            recorder.start("invalid").succeed("valid");
        }

        assertThat(losses).hasSize(3).allMatch(loss -> loss.startsWith("BAD_INPUT: "));
        assertThat(losses.get(2)).contains("`externalId`");
        assertThat(executions("invalid")).hasSize(1);
    }

    @Test
    void recordsWhatAnEarlierProcessLeftOnDisk(@TempDir Path spool) throws InterruptedException {
        List<String> losses = new CopyOnWriteArrayList<>();
        try (Recorder recorder = Recorder.to(URI.create("http://127.0.0.1:1"), token)
                .giveUpAfter(Duration.ZERO)
                .spool(spool, 16 << 20)
                .listener(listener(losses))
                .build()) {
            IntStream.range(0, 300).forEach(i -> recorder.start("spooled").succeed(i));
        }
        try (Recorder recorder = Recorder.to(server.url(), token)
                .spool(spool, 16 << 20)
                .listener(listener(losses))
                .build()) {
            assertThat(recorder.flush(Duration.ofSeconds(50))).isTrue();
        }

        assertThat(losses).isEmpty();
        assertThat(executions("spooled"))
                .hasSize(200)
                .allMatch(execution -> execution.get("status").asText().equals("SUCCESS"));
        assertThat(executions("spooled").get(0).get("result").asInt()).isEqualTo(299);
    }

    private Recorder recorder(List<String> losses) {
        return Recorder.to(server.url(), token).listener(listener(losses)).build();
    }

    private static RecorderListener listener(List<String> losses) {
        return new RecorderListener() {
            @Override
            public void onLost(int events, String reason) {
                losses.add(events + " lost: " + reason);
            }

            @Override
            public void onRejected(String event, String code, String message) {
                losses.add(code + ": " + message);
            }

            @Override
            public void onWarning(String event, String message) {
                losses.add("warning: " + message);
            }
        };
    }

    private JsonNode executions(String workflow) {
        return server.data(
                        token,
                        "query($key: String!) { workflowByKey(key: $key) { executions(first: 200) {"
                                + " nodes { status result labels error { message } } } } }",
                        "key",
                        workflow)
                .at("/workflowByKey/executions/nodes");
    }
}
