package dev.runlog.gateway.graphql.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class FilterArgumentsTest {
    private static final String ONE = "01a20f8e-6a43-7000-8000-000000000001";
    private static final String OTHER = "01a20f8e-6a43-7000-8000-000000000002";
    private static final Instant NOON = Instant.parse("2026-03-31T12:00:00Z");

    @Test
    void combinesShorthandsWithTheFilter() {
        ExecutionQuery query = query(Map.of(
                "workflowId",
                ONE,
                "status",
                List.of("FAILED", "RUNNING"),
                "orderBy",
                "FINISHED_AT_DESC",
                "filter",
                Map.of("workflowIds", List.of(ONE, OTHER), "statuses", List.of("FAILED"), "trigger", "cron")));

        assertThat(query.workflowIds()).containsExactly(UUID.fromString(ONE));
        assertThat(query.statuses()).containsExactly(ExecutionStatus.FAILED);
        assertThat(query.filter().triggers()).containsExactly("cron");
        assertThat(query.order()).isEqualTo(ExecutionOrder.FINISHED_AT_DESC);
    }

    @Test
    void matchesNothingIfShorthandAndFilterContradict() {
        assertThat(query(Map.of("workflowId", ONE, "filter", Map.of("workflowIds", List.of(OTHER))))
                        .matchesNothing())
                .isTrue();
        assertThat(query(Map.of("status", List.of("FAILED"), "filter", Map.of("statuses", List.of("SUCCESS"))))
                        .matchesNothing())
                .isTrue();
        assertThat(filter(Map.of("trigger", "cron", "triggers", List.of("manual")))
                        .matchesNothing())
                .isTrue();
    }

    @Test
    void turnsNegatedStatusesAndStartsIntoPlainConditions() {
        ExecutionQuery query = filter(Map.of(
                "statuses",
                List.of("FAILED", "SUCCESS"),
                "not",
                Map.of("statuses", List.of("SUCCESS"), "startedAfter", NOON)));

        assertThat(query.statuses()).containsExactly(ExecutionStatus.FAILED);
        assertThat(query.startedBefore()).isEqualTo(NOON);
        assertThat(query.not()).isNull();
    }

    @Test
    void matchesNothingIfAllStatusesAreExcluded() {
        assertThat(filter(Map.of("statuses", List.of("SUCCESS"), "not", Map.of("statuses", List.of("SUCCESS"))))
                        .matchesNothing())
                .isTrue();
    }

    @Test
    void keepsANegatedRange() {
        ExecutionQuery query =
                filter(Map.of("not", Map.of("startedAfter", NOON, "startedBefore", NOON.plusSeconds(60))));

        assertThat(query.startedAfter()).isNull();
        assertThat(query.not()).isEqualTo(ExecutionQuery.all().startedWithin(NOON, NOON.plusSeconds(60)));
    }

    @Test
    void readsConditionsOnLabels() {
        ExecutionQuery query = filter(Map.of(
                "labels",
                Map.of("env", "prod"),
                "labelConditions",
                List.of(
                        Map.of("key", "region", "values", List.of("eu", "us")),
                        Map.of("key", "team"),
                        Map.of("key", "test", "present", false))));

        assertThat(query.filter().labels())
                .containsExactly(
                        LabelCondition.is("env", "prod"),
                        new LabelCondition("region", Set.of("eu", "us"), true),
                        new LabelCondition("team", Set.of(), true),
                        new LabelCondition("test", Set.of(), false));
    }

    @Test
    void refusesWhatItCannotAnswer() {
        refuses(
                Map.of("workflowIds", Collections.nCopies(101, ONE)),
                "Invalid `workflowIds`: 101 values (at most 100).");
        refuses(Map.of("triggers", Collections.nCopies(101, "a")), "Invalid `triggers`: 101 values (at most 100).");
        refuses(Map.of("search", "a".repeat(201)), "Invalid `search`: 201 characters (at most 200).");
        refuses(Map.of("search", "a\u0000"), "Invalid `search`: NUL at position 1.");
        refuses(Map.of("not", Map.of("not", Map.of("held", true))), "Invalid `not`: it cannot be nested.");
        refuses(
                Map.of("labelConditions", List.of(Map.of("key", "a", "values", List.of("b"), "present", false))),
                "Invalid `labelConditions`: 'a' has `values`, and `present` is false (expected one of them).");
        refuses(Map.of("parentId", "x"), "Invalid `parentId`: 'x' (expected a UUID).");
    }

    private static void refuses(Map<String, Object> filter, String message) {
        assertThatThrownBy(() -> filter(filter))
                .isInstanceOf(RunlogException.class)
                .hasMessage(message);
    }

    private static ExecutionQuery filter(Map<String, Object> filter) {
        return query(Map.of("filter", filter));
    }

    private static ExecutionQuery query(Map<String, Object> arguments) {
        return new FilterArguments(100).query(new Arguments(Map.copyOf(arguments)));
    }
}
