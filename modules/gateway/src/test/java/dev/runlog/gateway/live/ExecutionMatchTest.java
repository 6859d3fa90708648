package dev.runlog.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class ExecutionMatchTest {
    private static final Set<String> UNDECIDABLE = Set.of("search", "latestAttemptsOnly");
    private static final Instant START = Instant.parse("2026-11-24T04:26:10Z");
    private static final UUID WORKFLOW = new UUID(0, 1);
    private static final UUID PARENT = Ids.at(START.minusSeconds(60));
    private static final UUID RETRIED = Ids.at(START.minusSeconds(50));
    /** Failed after 10 s, and has everything that a filter may ask for. */
    private static final Execution FULL = Execution.running(Ids.at(START), WORKFLOW, "alice")
            .status(ExecutionStatus.FAILED)
            .externalId(new ExternalId("cron", "order-4711"))
            .trigger("schedule")
            .parentId(PARENT)
            .retryOf(RETRIED)
            .labels(Map.of("tier", "gold"))
            .finishedAt(START.plusSeconds(10))
            .error("Timeout", "Die Stra\u00dfe ist gesperrt", "f1")
            .held(true)
            .build();
    /** Running, and has none of it. */
    private static final Execution BARE = Execution.running(Ids.at(START.plusSeconds(100)), new UUID(0, 2), "alice")
            .build();

    static Stream<Arguments> conditionsOfTheFullExecution() {
        return Stream.of(
                query("workflowIds", query -> query.ofWorkflows(Set.of(WORKFLOW, new UUID(0, 9)))),
                query("statuses", query -> query.withStatuses(Set.of(ExecutionStatus.FAILED, ExecutionStatus.CRASHED))),
                query("started", query -> query.startedWithin(START, START.plusMillis(1))),
                filter("triggers", filter -> filter.triggers(Set.of("schedule", "api"))),
                label("label", LabelCondition.is("tier", "gold")),
                label("label values", new LabelCondition("tier", Set.of("gold", "silver"), true)),
                label("label present", new LabelCondition("tier", Set.of(), true)),
                filter("finishedAfter", filter -> filter.finishedWithin(START.plusSeconds(10), null)),
                filter("finishedBefore", filter -> filter.finishedWithin(null, START.plusSeconds(11))),
                filter("minDuration", filter -> filter.durationWithin(Duration.ofSeconds(10), null)),
                filter("maxDuration", filter -> filter.durationWithin(null, Duration.ofSeconds(10))),
                filter("error message", filter -> filter.errorContains("STRASSE")),
                filter("error type", filter -> filter.errorContains("tIMEO")),
                filter("errorFingerprints", filter -> filter.errorFingerprints(Set.of("f0", "f1"))),
                filter("parentId", filter -> filter.parentId(PARENT)),
                filter("retryOf", filter -> filter.retryOf(RETRIED)),
                filter("retriesOnly", filter -> filter.retriesOnly(true)),
                filter("externalId", filter -> filter.externalId(new ExternalId("cron", "order-4711"))),
                filter("held", filter -> filter.held(true)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conditionsOfTheFullExecution")
    void matchesByEachCondition(String name, ExecutionQuery query) {
        ExecutionMatch match = ExecutionMatch.of(query);
        ExecutionMatch opposite = ExecutionMatch.of(ExecutionQuery.all().butNot(query));

        assertThat(match.matches(FULL)).isTrue();
        assertThat(match.matches(BARE)).isFalse();
        // The bare execution is within neither bound of a time that it does not have.
        assertThat(opposite.matches(BARE)).isTrue();
        assertThat(opposite.matches(FULL)).isFalse();
    }

    static Stream<Arguments> conditionsOfTheBareExecution() {
        return Stream.of(
                filter("rootsOnly", filter -> filter.rootsOnly(true)),
                filter("not held", filter -> filter.held(false)),
                label("label absent", new LabelCondition("tier", Set.of(), false)),
                query("running", query -> query.withStatuses(Set.of(ExecutionStatus.RUNNING))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conditionsOfTheBareExecution")
    void matchesByEachAbsence(String name, ExecutionQuery query) {
        assertThat(ExecutionMatch.of(query).matches(BARE)).isTrue();
        assertThat(ExecutionMatch.of(query).matches(FULL)).isFalse();
    }

    @Test
    void everyConditionIsDecidedHereOrRefused() throws ReflectiveOperationException {
        List<ExecutionQuery> queries = queries().toList();
        for (RecordComponent component : RowFilter.class.getRecordComponents()) {
            Object none = component.getAccessor().invoke(RowFilter.NONE);
            boolean tried = false;
            for (ExecutionQuery query : queries) {
                tried |= !Objects.equals(component.getAccessor().invoke(query.filter()), none);
            }
            assertThat(tried || UNDECIDABLE.contains(component.getName()))
                    .as(component.getName())
                    .isTrue();
        }
    }

    /** Otherwise a cursor of one would resume another. */
    @Test
    void watchesOfDifferentConditionsAreDifferent() {
        List<String> identities = queries()
                .map(query -> new Watch(Watch.Type.CHANGES, "alice", null, query).identity())
                .toList();

        assertThat(identities).doesNotHaveDuplicates();
    }

    private static Stream<ExecutionQuery> queries() {
        return Stream.concat(conditionsOfTheFullExecution(), conditionsOfTheBareExecution())
                .map(arguments -> (ExecutionQuery) arguments.get()[1]);
    }

    @Test
    void matchesNothingForWhichOneConditionOfNotHolds() {
        ExecutionQuery unwanted = ExecutionQuery.all()
                .withStatuses(Set.of(ExecutionStatus.SUCCESS))
                .filteredBy(RowFilter.builder().triggers(Set.of("schedule")).build());

        assertThat(ExecutionMatch.of(ExecutionQuery.all().butNot(unwanted)).matches(FULL))
                .isFalse();
    }

    @Test
    void refusesWhatOneExecutionCannotDecide() {
        for (RowFilter filter : List.of(
                RowFilter.builder().search("x").build(),
                RowFilter.builder().latestAttemptsOnly(true).build())) {
            ExecutionQuery query = ExecutionQuery.all().filteredBy(filter);

            assertThatThrownBy(() -> ExecutionMatch.of(query))
                    .isInstanceOf(RunlogException.class)
                    .hasMessageContaining("cannot be decided from one execution");
            assertThatThrownBy(() -> ExecutionMatch.of(ExecutionQuery.all().butNot(query)))
                    .isInstanceOf(RunlogException.class);
        }
    }

    /** A subscriber must be notified once too often rather than once too seldom. */
    @Test
    void takesAnUnknownEarlierStateForAMatchIfItMayHaveBeenOne() {
        ExecutionMatch held = match(RowFilter.builder().held(true));
        ExecutionMatch gold = match(RowFilter.builder().labels(List.of(LabelCondition.is("tier", "gold"))));
        ExecutionMatch slow = match(RowFilter.builder().durationWithin(Duration.ofHours(1), null));

        assertThat(held.mayHaveMatched(ExecutionStatus.RUNNING, null, BARE)).isTrue();
        assertThat(held.mayHaveMatched(ExecutionStatus.RUNNING, BARE, BARE)).isFalse();
        assertThat(held.mayHaveMatched(null, null, BARE)).isFalse();
        assertThat(gold.mayHaveMatched(ExecutionStatus.RUNNING, null, BARE)).isFalse();
        assertThat(gold.mayHaveMatched(ExecutionStatus.RUNNING, null, FULL)).isTrue();
        assertThat(slow.mayHaveMatched(ExecutionStatus.RUNNING, null, FULL)).isFalse();
        assertThat(slow.mayHaveMatched(ExecutionStatus.CRASHED, null, FULL)).isTrue();
    }

    private static ExecutionMatch match(RowFilter.Builder filter) {
        return ExecutionMatch.of(ExecutionQuery.all().filteredBy(filter.build()));
    }

    private static Arguments query(String name, UnaryOperator<ExecutionQuery> condition) {
        return Arguments.of(name, condition.apply(ExecutionQuery.all()));
    }

    private static Arguments filter(String name, UnaryOperator<RowFilter.Builder> condition) {
        RowFilter filter = condition.apply(RowFilter.builder()).build();
        return query(name, query -> query.filteredBy(filter));
    }

    private static Arguments label(String name, LabelCondition condition) {
        return filter(name, filter -> filter.labels(List.of(condition)));
    }
}
