package dev.runlog.storage.read;

import static dev.runlog.testing.Futures.await;
import static java.util.Comparator.comparing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.storage.db.Configs;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class ReachTest {
    private static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z");
    private static final String OWNER = "alice";
    private static final int ROUNDS = 200;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final List<Stored> stored = new ArrayList<>();
    private final UUID frequent = Ids.next();
    private final UUID rare = Ids.next();
    private final UUID ended = Ids.next();
    private Database database;
    private ExecutionReads reads;

    private record Stored(UUID id, UUID workflowId, ExecutionStatus status) {
        Instant startedAt() {
            return Ids.timeOf(id);
        }
    }

    @BeforeEach
    void fill(Vertx vertx, TestDatabase test) throws SQLException {
        database = Database.open(
                vertx,
                Configs.small(test.url(), 2)
                        .set("pool-wait", Duration.ofSeconds(10))
                        .set("statement-timeout", Duration.ofSeconds(10))
                        .set("answer-timeout", Duration.ofSeconds(10))
                        .set("pipelining", 100)
                        .as(DatabaseConfig.class),
                meters);
        reads = new ExecutionReads(database, Clock.fixed(NOW, ZoneOffset.UTC));
        for (Instant day = NOW.minus(Duration.ofDays(90)); !day.isAfter(NOW); day = day.plus(Duration.ofDays(1))) {
            test.execute("SELECT ensure_day_partitions('" + LocalDate.ofInstant(day, ZoneOffset.UTC) + "')");
        }
        test.execute("TRUNCATE owner, workflow, execution, unsuccessful_execution CASCADE");
        test.execute("INSERT INTO owner (subject) VALUES ('" + OWNER + "')");
        fill(test, frequent, Duration.ofHours(2), NOW);
        fill(test, rare, Duration.ofHours(40), NOW);
        fill(test, ended, Duration.ofHours(5), NOW.minus(Duration.ofDays(50)));
        Collections.sort(stored, comparing(execution -> execution.id().toString()));
    }

    private void fill(TestDatabase test, UUID workflow, Duration apart, Instant until) throws SQLException {
        test.execute("INSERT INTO workflow (id, owner_id, key, name) SELECT '" + workflow + "', id, '" + workflow
                + "', 'a workflow' FROM owner");
        List<String> rows = new ArrayList<>();
        for (Instant at = until; at.isAfter(NOW.minus(Duration.ofDays(89))); at = at.minus(apart)) {
            ExecutionStatus status = random.nextInt(10) == 0 ? ExecutionStatus.FAILED : ExecutionStatus.SUCCESS;
            Stored execution = new Stored(Ids.at(at.minusMillis(random.nextInt(1000))), workflow, status);
            stored.add(execution);
            rows.add("('%s'::uuid, '%s'::uuid, %d, now())".formatted(execution.id(), workflow, status.number()));
        }
        test.execute("""
                INSERT INTO execution (owner_id, id, workflow_id, status, finished_at)
                SELECT o.id, new.*
                FROM owner o, (VALUES %s) AS new (id, workflow_id, status, finished_at)
                """.formatted(String.join(", ", rows)));
        test.execute(UnsuccessfulList.FILL);
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @Test
    void returnsCompletePages() {
        for (int round = 0; round < ROUNDS; round++) {
            ExecutionQuery query = aQuery();
            PageRequest page = aPage();

            assertThat(read(query, page))
                    .extracting(ListedExecution::id)
                    .as("seed %d, round %d: %s, %s", seed, round, query, page)
                    .isEqualTo(expected(query, page));
        }
    }

    private List<? extends ListedExecution> read(ExecutionQuery query, PageRequest page) {
        return random.nextBoolean()
                ? await(reads.list(OWNER, query, page, false)).executions()
                : await(reads.listOutlines(OWNER, query, page, false)).executions();
    }

    @Test
    void returnsCompletePagesForSeveralWorkflows() {
        for (int round = 0; round < ROUNDS / 10; round++) {
            ExecutionQuery query = aQuery().ofWorkflow(null);
            PageRequest page = new PageRequest(random.nextInt(30), false, null, null);

            Map<UUID, ExecutionPage<Execution>> read =
                    await(reads.listOf(OWNER, Parent.WORKFLOW, List.of(frequent, rare, ended), query, page));

            for (UUID workflow : List.of(frequent, rare, ended)) {
                assertThat(read.get(workflow).executions())
                        .extracting(Execution::id)
                        .as("seed %d, round %d: %s, %s", seed, round, query, page)
                        .isEqualTo(expected(query.ofWorkflow(workflow), page));
            }
        }
    }

    @Test
    void remembersTheDaysOfAPage() {
        ExecutionQuery query = ExecutionQuery.all().ofWorkflow(ended);

        await(reads.list(OWNER, query, PageRequest.first(20), false));
        long first = statements();
        await(reads.list(OWNER, query, PageRequest.first(20), false));

        assertThat(first).isEqualTo(4);
        assertThat(statements() - first).isEqualTo(1);
    }

    @Test
    void readsAPageOfFewDaysInOneStatement() {
        await(reads.list(OWNER, ExecutionQuery.all().ofWorkflow(frequent), PageRequest.first(20), false));

        assertThat(statements()).isEqualTo(1);
    }

    private long statements() {
        return meters.get("runlog.query")
                .tag("operation", "list-executions")
                .timer()
                .count();
    }

    private ExecutionQuery aQuery() {
        ExecutionQuery query = ExecutionQuery.all()
                .ofWorkflow(oneOf(frequent, rare, ended, null))
                .withStatuses(oneOf(
                        Set.<ExecutionStatus>of(),
                        Set.of(ExecutionStatus.FAILED),
                        Set.of(ExecutionStatus.RUNNING),
                        Set.of(ExecutionStatus.FAILED, ExecutionStatus.SUCCESS)))
                .inOrder(oneOf(ExecutionOrder.STARTED_AT_ASC, ExecutionOrder.STARTED_AT_DESC));
        return query.startedWithin(oneOf(null, null, aMoment()), oneOf(null, null, aMoment()));
    }

    private PageRequest aPage() {
        return new PageRequest(random.nextInt(30), random.nextBoolean(), aCursor(), aCursor());
    }

    private @Nullable Cursor aCursor() {
        UUID id = oneOf(
                null,
                null,
                stored.get(random.nextInt(stored.size())).id(),
                Ids.at(aMoment()),
                new UUID(0, 0),
                new UUID(-1, -1));
        return id == null ? null : Cursor.of(Cursor.Order.EXECUTION_START, id);
    }

    private Instant aMoment() {
        return NOW.minus(Duration.ofHours(random.nextInt(120 * 24) - 10 * 24));
    }

    @SafeVarargs
    private <T> T oneOf(T... values) {
        return values[random.nextInt(values.length)];
    }

    private List<UUID> expected(ExecutionQuery query, PageRequest page) {
        List<UUID> all = new ArrayList<>(stored.stream()
                .filter(execution ->
                        query.workflowId() == null || query.workflowId().equals(execution.workflowId()))
                .filter(execution -> query.statusesOrAll().contains(execution.status()))
                .filter(execution ->
                        query.startedAfter() == null || !execution.startedAt().isBefore(query.startedAfter()))
                .filter(execution ->
                        query.startedBefore() == null || execution.startedAt().isBefore(query.startedBefore()))
                .map(Stored::id)
                .toList());
        if (query.order().isDescending()) {
            Collections.reverse(all);
        }
        all.removeIf(id -> page.after() != null && !isAfter(id, page.after(), query)
                || page.before() != null
                        && !isAfter(page.before().id(), Cursor.of(Cursor.Order.EXECUTION_START, id), query));
        int from = page.backward() ? Math.max(0, all.size() - page.size()) : 0;
        return all.subList(from, Math.min(all.size(), from + page.size()));
    }

    private static boolean isAfter(UUID id, Cursor cursor, ExecutionQuery query) {
        int compared = id.toString().compareTo(cursor.id().toString());
        return query.order().isDescending() ? compared < 0 : compared > 0;
    }
}
