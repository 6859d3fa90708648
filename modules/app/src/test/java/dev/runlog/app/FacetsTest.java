package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Facets equal what the test counts itself. */
@ServerTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FacetsTest {
    private static final String FACETS = "{ totalCount statusCounts { total queued running success failed cancelled "
            + "crashed } histogram(buckets: %d) { bucketWidth buckets { from to counts { total queued running success "
            + "failed cancelled crashed } } } }";
    private static final String QUERY =
            "query($f: ExecutionFilter, $s: [ExecutionStatus!], $w: ID) { executions(filter: $f, status: $s, workflowId: $w) "
                    + FACETS.formatted(60) + " }";

    private final Random random = new Random(22);
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    private final Map<UUID, Run> runs = new LinkedHashMap<>();
    private RunningServer server;
    private String token;

    /** Statuses that engines record. */
    private static final List<ExecutionStatus> STATUSES = List.of(
            ExecutionStatus.QUEUED,
            ExecutionStatus.RUNNING,
            ExecutionStatus.SUCCESS,
            ExecutionStatus.FAILED,
            ExecutionStatus.CANCELLED);

    /** What the test recorded. */
    private record Run(Instant at, String workflow, ExecutionStatus status, String trigger) {}

    @BeforeAll
    void recordOnThreeDays(RunningServer started) {
        server = started;
        token = server.token(server.anOwner());
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < 400; i++) {
            Instant at = now.minusMillis(
                    (long) (random.nextDouble() * Duration.ofDays(3).toMillis()));
            Run run = new Run(
                    at,
                    "w" + random.nextInt(3),
                    STATUSES.get(random.nextInt(STATUSES.size())),
                    "t" + random.nextInt(2));
            UUID id = Ids.at(at);
            runs.put(id, run);
            events.append(event(id, run));
        }
        assertThat(RunningServer.json(server.events(token, events.toString()))
                        .get("recorded")
                        .asInt())
                .isEqualTo(runs.size());
        // Some of those that run finish in later batches.
        StringBuilder finishes = new StringBuilder();
        runs.replaceAll((id, run) -> {
            if (run.status() != ExecutionStatus.RUNNING || random.nextBoolean()) {
                return run;
            }
            finishes.append("{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"FAILED\"}\n");
            return new Run(run.at(), run.workflow(), ExecutionStatus.FAILED, run.trigger());
        });
        assertThat(RunningServer.json(server.events(token, finishes.toString()))
                        .get("recorded")
                        .asInt())
                .isPositive();
    }

    private static String event(UUID id, Run run) {
        String head =
                "\"id\":\"" + id + "\",\"workflow\":\"" + run.workflow() + "\",\"trigger\":\"" + run.trigger() + "\"";
        return switch (run.status()) {
            case QUEUED -> "{\"event\":\"queued\"," + head + "}\n";
            case RUNNING -> "{\"event\":\"started\"," + head + "}\n";
            default ->
                "{\"event\":\"execution\"," + head + ",\"status\":\"" + run.status() + "\",\"finishedAt\":\""
                        + run.at().plusMillis(10) + "\"}\n";
        };
    }

    @Test
    void countWithoutARange() {
        check(facets(Map.of(), List.of(), null), run -> true, run -> true);
    }

    @Test
    void countEveryStatusBesideTheFilterOnStatuses() {
        check(
                facets(Map.of(), List.of("FAILED", "RUNNING"), null),
                run -> true,
                run -> run.status() == ExecutionStatus.FAILED || run.status() == ExecutionStatus.RUNNING);
    }

    @Test
    void countOneWorkflow() {
        String workflow = server.data(token, "{ workflowByKey(key: \"w1\") { id } }")
                .at("/workflowByKey/id")
                .asText();

        check(facets(Map.of(), List.of(), workflow), run -> run.workflow().equals("w1"), run -> run.workflow()
                .equals("w1"));
        JsonNode nested = server.data(
                        token,
                        "query($id: ID!) { workflow(id: $id) { executions " + FACETS.formatted(60) + " } }",
                        "id",
                        workflow)
                .at("/workflow/executions");
        check(nested, run -> run.workflow().equals("w1"), run -> run.workflow().equals("w1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0.001S", "PT4M", "PT15M", "PT1H", "PT24H", "PT49H13M7S"})
    void countAnyRange(Duration length) {
        for (int i = 0; i < 4; i++) {
            Instant from = now.minusMillis(
                    (long) (random.nextDouble() * Duration.ofDays(3).toMillis()));
            Instant to = from.plus(length);
            Predicate<Run> within = run -> !run.at().isBefore(from) && run.at().isBefore(to);

            check(
                    facets(Map.of("startedAfter", from.toString(), "startedBefore", to.toString()), List.of(), null),
                    within,
                    within);
        }
    }

    @Test
    void countRowByRowWhatTheRollupsDoNotHave() {
        Predicate<Run> matching = run -> run.trigger().equals("t1");

        check(facets(Map.of("trigger", "t1"), List.of(), null), matching, matching);
    }

    @Test
    void haveAtMostTheRequestedBuckets() {
        for (int buckets : new int[] {1, 2, 7, 60}) {
            JsonNode histogram = server.data(
                            token,
                            "{ executions { histogram(buckets: " + buckets
                                    + ") { bucketWidth buckets { from to } } } }")
                    .at("/executions/histogram");

            assertThat(histogram.get("buckets").size()).isBetween(1, buckets);
            String end = null;
            for (JsonNode bucket : histogram.get("buckets")) {
                assertThat(end == null || end.equals(bucket.get("from").asText()))
                        .isTrue();
                end = bucket.get("to").asText();
            }
        }
        assertThat(server.code(token, "{ executions { histogram(buckets: 0) { bucketWidth } } }"))
                .isEqualTo("BAD_INPUT");
        assertThat(server.code(token, "{ executions { histogram(buckets: 61) { bucketWidth } } }"))
                .isEqualTo("BAD_INPUT");
    }

    @Test
    void areEmptyWithoutExecutions() {
        JsonNode nothing = server.data(server.token(server.anOwner()), "{ executions " + FACETS.formatted(60) + " }")
                .get("executions");

        assertThat(nothing.at("/statusCounts/total").asInt()).isZero();
        assertThat(nothing.at("/histogram/buckets")).isEmpty();
    }

    @Test
    void stayExactWhenSomeOfADayIsDeleted() {
        Engine engine = new Engine(server, server.anOwner());
        Instant hourAgo = now.minus(Duration.ofHours(1));
        for (String status : List.of("SUCCESS", "FAILED", "FAILED")) {
            engine.record(Engine.event(
                    "execution",
                    "id",
                    Ids.at(hourAgo).toString(),
                    "workflow",
                    "w",
                    "status",
                    status,
                    "finishedAt",
                    hourAgo.plusSeconds(1).toString()));
        }
        engine.data(
                "mutation { cleanupExecutions(input: {olderThan: \"PT0S\", statuses: [SUCCESS]}) { cleanup { id } } }");
        RunningServer.awaitThat(() -> engine.data("{ executions { totalCount } }")
                        .at("/executions/totalCount")
                        .asInt()
                == 2);

        JsonNode counts = engine.data(
                        "query($f: ExecutionFilter) { executions(filter: $f) { statusCounts { total failed } } }",
                        "f",
                        Map.of("startedAfter", hourAgo.minusSeconds(1).toString()))
                .at("/executions/statusCounts");

        assertThat(counts.get("total").asInt()).isEqualTo(2);
        assertThat(counts.get("failed").asInt()).isEqualTo(2);
    }

    private JsonNode facets(Map<String, Object> filter, List<String> statuses, @Nullable String workflowId) {
        return server.data(token, QUERY, "f", filter, "s", statuses, "w", workflowId)
                .get("executions");
    }

    private void check(JsonNode found, Predicate<Run> ofAnyStatus, Predicate<Run> matching) {
        assertThat(found.get("totalCount").asLong())
                .as(found.toString())
                .isEqualTo(runs.values().stream().filter(matching).count());
        checkCounts(
                found.get("statusCounts"),
                runs.values().stream().filter(ofAnyStatus).toList());
        List<Run> left = new ArrayList<>(runs.values().stream().filter(matching).toList());
        for (JsonNode bucket : found.at("/histogram/buckets")) {
            Instant from = Instant.parse(bucket.get("from").asText());
            Instant to = Instant.parse(bucket.get("to").asText());
            List<Run> within = left.stream()
                    .filter(run -> !run.at().isBefore(from) && run.at().isBefore(to))
                    .toList();
            checkCounts(bucket.get("counts"), within);
            left.removeAll(within);
        }
        assertThat(left).isEmpty();
    }

    private static void checkCounts(JsonNode counts, List<Run> expected) {
        assertThat(counts.get("total").asInt()).isEqualTo(expected.size());
        for (ExecutionStatus status : ExecutionStatus.values()) {
            assertThat(counts.get(status.name().toLowerCase(Locale.ROOT)).asLong())
                    .as(status.name())
                    .isEqualTo(expected.stream()
                            .filter(run -> run.status() == status)
                            .count());
        }
    }
}
