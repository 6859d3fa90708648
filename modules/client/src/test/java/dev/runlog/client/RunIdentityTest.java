package dev.runlog.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How events name their run, its relatives and its times. */
final class RunIdentityTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant EIGHT = Instant.parse("2026-01-02T08:00:00Z");
    private static final Instant NINE = Instant.parse("2026-01-02T09:00:00.123456Z");

    private EventsEndpoint endpoint;

    @BeforeEach
    void listen() throws Exception {
        endpoint = EventsEndpoint.recordingAll();
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void sendsTheExternalIdAndSourceInEveryEventAndNoId() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            Run run = recorder.start(
                    "import", RunOptions.none().withExternalId("manual__2026").withSource("airflow"));
            assertThat(run.id()).isNull();
            assertThat(run.externalId()).isEqualTo("manual__2026");
            run.heartbeat();
            run.startStep(0, "read").succeed(null);
            run.succeed(null);
        }

        assertThat(endpoint.recorded).hasSize(5);
        for (int i = 0; i < 5; i++) {
            assertThat(line(i).get("externalId").asText()).isEqualTo("manual__2026");
            assertThat(line(i).get("source").asText()).isEqualTo("airflow");
            assertThat(line(i).get("workflow").asText()).isEqualTo("import");
            assertThat(line(i).has("id")).isFalse();
        }
        assertThat(line(4).get("startedAt")).isEqualTo(line(0).get("startedAt")).isNotNull();
    }

    @Test
    void generatesAnIdWhoseTimeIsTheStart() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            Run now = recorder.start("x");
            Run past = recorder.start("x", RunOptions.none().withStartedAt(NINE));
            past.succeed(null);

            assertThat(line(0, recorder).get("id").asText()).isEqualTo(String.valueOf(now.id()));
            assertThat(line(0).has("startedAt")).isFalse();
            assertThat(past.id()).isNotNull();
            assertThat(past.id().version()).isEqualTo(7);
            assertThat(past.id().getMostSignificantBits() >>> 16).isEqualTo(NINE.toEpochMilli());
            assertThat(line(1).get("startedAt").asText()).isEqualTo(NINE.toString());
            assertThat(line(2).get("startedAt").asText()).isEqualTo(NINE.toString());
        }
    }

    @Test
    void sendsEveryProperty() throws Exception {
        UUID parent = UUID.randomUUID();
        UUID retried = UUID.randomUUID();
        try (Recorder recorder = endpoint.recorder().build()) {
            RunOptions options = RunOptions.none()
                    .withOwner("team-a")
                    .withWorkflowName("Import orders")
                    .withTrigger("schedule")
                    .withAttempt(2)
                    .withLabels(Map.of("host", "db1"))
                    .withHeartbeatTimeout(Duration.ofMinutes(1))
                    .withPayload(List.of(1));
            recorder.start("x", options.withParentId(parent).withRetryOf(retried));
            recorder.start(
                    "x",
                    options.withParentId(parent)
                            .withRetryOf(retried)
                            .withParentExternalId("p")
                            .withRetryOfExternalId("r")
                            .withSource("s"));
        }

        assertThat(endpoint.recorded.get(0))
                .contains("\"owner\":\"team-a\"", "\"workflowName\":\"Import orders\"", "\"trigger\":\"schedule\"")
                .contains("\"attempt\":2", "\"labels\":{\"host\":\"db1\"}", "\"heartbeatTimeout\":\"PT1M\"")
                .contains("\"parentId\":\"" + parent, "\"retryOf\":\"" + retried, "\"payload\":[1]")
                .doesNotContain("source", "xternalId");
        assertThat(endpoint.recorded.get(1))
                .contains("\"parentExternalId\":\"p\"", "\"retryOfExternalId\":\"r\"", "\"source\":\"s\"")
                .doesNotContain("parentId", "\"retryOf\":", "\"externalId\"");
    }

    @Test
    void theLastIdCounts() {
        UUID id = UUID.randomUUID();

        assertThat(RunOptions.none().withExternalId("a").withId(id).externalId())
                .isNull();
        assertThat(RunOptions.none().withId(id).withExternalId("a").id()).isNull();
    }

    @Test
    void queuesThenStarts() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            Run run = recorder.queue(
                    "x",
                    RunOptions.none()
                            .withQueuedAt(EIGHT)
                            .withLabels(Map.of("a", "b"))
                            .withPayload("large"));
            run.start();
            run.start();
            run.succeed(null);
            recorder.queue("x", RunOptions.none()).cancel(null);
        }

        JsonNode queued = line(0);
        assertThat(queued.get("event").asText()).isEqualTo("queued");
        assertThat(queued.get("queuedAt").asText()).isEqualTo(EIGHT.toString());
        assertThat(queued.get("payload").asText()).isEqualTo("large");
        assertThat(queued.has("startedAt")).isFalse();
        assertThat(UUID.fromString(queued.get("id").asText()).getMostSignificantBits() >>> 16)
                .isEqualTo(EIGHT.toEpochMilli());
        JsonNode started = line(1);
        assertThat(started.get("event").asText()).isEqualTo("started");
        assertThat(started.get("id")).isEqualTo(queued.get("id"));
        assertThat(started.get("queuedAt")).isEqualTo(queued.get("queuedAt"));
        assertThat(started.get("labels")).isEqualTo(queued.get("labels"));
        assertThat(started.has("payload")).isFalse();
        assertThat(Instant.parse(started.get("startedAt").asText())).isAfter(EIGHT);
        assertThat(line(2)).isEqualTo(started);
        assertThat(line(3).get("startedAt")).isEqualTo(started.get("startedAt"));
        assertThat(line(5).get("event").asText()).isEqualTo("finished");
        assertThat(line(5).has("startedAt")).isFalse();
    }

    @Test
    void attachesToARunOfAnotherProcess() throws Exception {
        UUID id = UUID.fromString("01a20fca-051c-7647-86b1-f1dac849beef");
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.attach("x", RunOptions.none().withExternalId("7").withSource("rq"))
                    .heartbeat();
            recorder.attach("x", RunOptions.none().withId(id)).succeed(null);
            recorder.attach("x", RunOptions.none().withExternalId("8").withPayload("in"))
                    .start();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> recorder.attach("x", RunOptions.none()))
                    .withMessage("Missing ID or external ID of a run to attach to.");
        }

        assertThat(endpoint.recorded).hasSize(3);
        assertThat(line(0).get("source").asText()).isEqualTo("rq");
        assertThat(line(1).get("id").asText()).isEqualTo(id.toString());
        assertThat(line(1).has("startedAt")).isFalse();
        assertThat(line(2).get("payload").asText()).isEqualTo("in");
    }

    @Test
    void recordsWorkWithOptions() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.record("x", RunOptions.none().withExternalId("7"), () -> 3);
        }

        assertThat(endpoint.recorded).hasSize(2).allMatch(line -> line.contains("\"externalId\":\"7\""));
    }

    @Test
    void sendsTheTreeAttemptsAndErrorsOfSteps() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            Run run = recorder.start("x", RunOptions.none().withExternalId("7"));
            StepOptions options = StepOptions.none()
                    .withParentIndex(0)
                    .withAttempt(2)
                    .withKind("http")
                    .withInput(List.of(1));
            Step step = run.startStep(1, "fetch", options);
            step.fail(new IllegalStateException("no route"));
            run.step(2, "parse", StepOptions.none()).skip();
            run.failStep(3, "store", "out");
            run.step(4, "undo", StepOptions.none()).fail("Gone", "It is gone.", null, null);
        }

        assertThat(line(1).at("/steps/0").toString())
                .contains("\"parentIndex\":0", "\"attempt\":2", "\"kind\":\"http\"", "\"input\":[1]", "RUNNING");
        assertThat(line(2).at("/steps/0").toString())
                .contains("\"parentIndex\":0", "\"attempt\":2", "\"kind\":\"http\"", "FAILED", "no route")
                .contains("java.lang.IllegalStateException", "RunIdentityTest");
        assertThat(line(2).at("/steps/0/startedAt")).isEqualTo(line(1).at("/steps/0/startedAt"));
        assertThat(line(3).at("/steps/0/status").asText()).isEqualTo("SKIPPED");
        assertThat(line(4).at("/steps/0").has("error")).isFalse();
        assertThat(line(5).at("/steps/0/error/message").asText()).isEqualTo("It is gone.");
    }

    @Test
    void leavesInvalidIdsToTheServer() throws Exception {
        try (Recorder recorder = endpoint.recorder().build()) {
            recorder.start("x", RunOptions.none().withExternalId("")).succeed(null);
            recorder.start("x", RunOptions.none().withExternalId("a\0b").withSource("\uD800"))
                    .succeed(null);
            recorder.start("x", RunOptions.none().withId(UUID.randomUUID()));
        }

        assertThat(endpoint.recorded).hasSize(5);
        assertThat(line(2).get("externalId").asText()).isEqualTo("a\uFFFDb");
        assertThat(line(3).get("externalId").asText()).isEqualTo("a\uFFFDb");
        assertThat(line(3).get("source").asText()).isEqualTo("\uFFFD");
    }

    private JsonNode line(int index, Recorder recorder) throws Exception {
        assertThat(recorder.flush(Duration.ofSeconds(20))).isTrue();
        return line(index);
    }

    private JsonNode line(int index) throws Exception {
        return JSON.readTree(endpoint.recorded.get(index));
    }
}
