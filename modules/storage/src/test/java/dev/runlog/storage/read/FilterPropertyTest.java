package dev.runlog.storage.read;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.db.Configs;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.known.KnownWorkflows;
import dev.runlog.storage.read.RandomRuns.Run;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pages and counts of random queries equal those of a model. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class FilterPropertyTest {
    private static final String OWNER = "alice";
    private static final int RUNS = 800;
    private static final Duration TIME_MAX = Duration.ofSeconds(1);

    private final long seed = System.nanoTime();
    private final RandomRuns runs = new RandomRuns(new Random(seed));
    private final Random random = new Random(seed);
    private final AtomicLong nanos = new AtomicLong();
    private long nanosPerLook;
    private Database database;
    private ExecutionReads reads;

    @BeforeEach
    void fill(Vertx vertx, TestDatabase test) throws SQLException {
        runs.insert(test, RUNS);
        database = Database.open(
                vertx,
                Configs.small(test.url(), 2)
                        .set("prepared-statements-max", 256)
                        .set("pool-queue-max", 100)
                        .set("pool-wait", Duration.ofSeconds(30))
                        .set("statement-timeout", Duration.ofSeconds(30))
                        .set("answer-timeout", Duration.ofSeconds(30))
                        .as(DatabaseConfig.class),
                new SimpleMeterRegistry());
        reads = new ExecutionReads(
                database,
                new KnownOwners(10),
                new KnownWorkflows(10, Duration.ofHours(1)),
                new ReadLimits(TIME_MAX, 64),
                Clock.fixed(RandomRuns.NOW, ZoneOffset.UTC),
                () -> nanos.addAndGet(nanosPerLook));
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @Test
    void pagesHaveTheMatchingExecutionsInOrder() {
        for (int round = 0; round < 40; round++) {
            ExecutionQuery query = runs.aQuery();
            PageRequest page = aPage(query);

            assertThat(list(query, page))
                    .extracting(ListedExecution::id)
                    .as("seed %d, round %d: %s, %s", seed, round, query, page)
                    .isEqualTo(expected(query, page));
        }
    }

    @Test
    void pagesOfWorkflowsHaveTheirMatchingExecutionsInOrder() {
        for (int round = 0; round < 12; round++) {
            ExecutionQuery query = runs.aQuery();
            PageRequest page = PageRequest.first(random.nextInt(10));

            Map<UUID, ExecutionPage<Execution>> pages =
                    await(reads.listOf(OWNER, Parent.WORKFLOW, runs.workflows, query, page));

            for (UUID workflow : runs.workflows) {
                assertThat(pages.get(workflow).executions())
                        .extracting(Execution::id)
                        .as("seed %d, round %d: %s, %s", seed, round, query, page)
                        .isEqualTo(expected(query.ofParent(Parent.WORKFLOW, workflow), page));
            }
        }
    }

    @Test
    void countsEqualTheNumberOfMatchingExecutions() {
        List<Instant> starts = List.of(
                Instant.EPOCH, RandomRuns.NOW.minus(Duration.ofDays(12)), RandomRuns.NOW.minus(Duration.ofDays(3)));
        for (int round = 0; round < 20; round++) {
            ExecutionQuery query = runs.aQuery();
            List<Run> expected = runs.expected(query);

            if (!RollupCounts.canCount(query)) {
                assertThat(await(reads.count(OWNER, query, RUNS)).exact())
                        .as("seed %d, round %d: %s", seed, round, query)
                        .isEqualTo(expected.size());
            }
            assertThat(await(reads.group(OWNER, query, starts)))
                    .as("seed %d, round %d: %s", seed, round, query)
                    .isEqualTo(groups(expected, starts));
        }
    }

    private static List<StatusCounts> groups(List<Run> runs, List<Instant> starts) {
        List<StatusCounts> groups = new ArrayList<>(Collections.nCopies(starts.size(), StatusCounts.NONE));
        for (Run run : runs) {
            int group = starts.size() - 1;
            while (Ids.timeOf(run.id()).isBefore(starts.get(group))) {
                group--;
            }
            groups.set(group, groups.get(group).plus(StatusCounts.only(run.status(), 1)));
        }
        return groups;
    }

    /** Each look at the clock uses up a part of the time. */
    @Test
    void partialPagesContinueWhereTheyStoppedWithoutLossOrRepetition() {
        nanosPerLook = TIME_MAX.toNanos() / 4;
        int partial = 0;
        for (int round = 0; round < 10; round++) {
            ExecutionQuery query = round == 0
                    ? ExecutionQuery.all()
                            .filteredBy(RowFilter.builder().search("nowhere").build())
                    : runs.aQuery();
            boolean backward = random.nextBoolean();
            List<UUID> found = new ArrayList<>();
            Cursor position = null;
            boolean more = true;
            while (more) {
                PageRequest page = backward ? PageRequest.lastBefore(5, position) : PageRequest.firstAfter(5, position);
                ExecutionPage<Execution> read = await(reads.list(OWNER, query, page, false));
                List<UUID> ids = read.executions().stream().map(Execution::id).toList();
                found.addAll(backward ? 0 : found.size(), ids);
                partial += read.scannedTo() == null ? 0 : 1;
                position = read.scannedTo() != null
                        ? read.scannedTo()
                        : ids.isEmpty()
                                ? null
                                : RandomRuns.cursorOf(query, run(ids.get(backward ? 0 : ids.size() - 1)));
                more = position != null
                        && (backward ? read.ends().hasPrevious() : read.ends().hasNext());
            }

            assertThat(found)
                    .as("seed %d, round %d: %s", seed, round, query)
                    .isEqualTo(runs.expected(query).stream().map(Run::id).toList());
        }
        assertThat(partial).isPositive();
    }

    @Test
    void countsAreLowerBoundsWhenTheTimeIsUp() {
        nanosPerLook = TIME_MAX.toNanos();
        ExecutionQuery query = ExecutionQuery.all()
                .withStatuses(Set.of(ExecutionStatus.SUCCESS))
                .startedWithin(Instant.EPOCH, RandomRuns.NOW.minusMillis(1));

        assertThat(await(reads.count(OWNER, query, RUNS)).exact()).isNull();
        assertThat(await(reads.count(OWNER, query, RUNS)).atLeast()).isBetween(1L, 64L);
        assertThat(await(reads.group(OWNER, query, List.of(Instant.EPOCH)))).isNull();
    }

    private List<? extends ListedExecution> list(ExecutionQuery query, PageRequest page) {
        return random.nextBoolean()
                ? await(reads.list(OWNER, query, page, false)).executions()
                : await(reads.listOutlines(OWNER, query, page, false)).executions();
    }

    private PageRequest aPage(ExecutionQuery query) {
        return new PageRequest(random.nextInt(30), random.nextBoolean(), aCursor(query), aCursor(query));
    }

    private @Nullable Cursor aCursor(ExecutionQuery query) {
        List<Run> all = runs.expected(ExecutionQuery.all().inOrder(query.order()));
        return random.nextInt(3) > 0 ? null : RandomRuns.cursorOf(query, all.get(random.nextInt(all.size())));
    }

    private List<UUID> expected(ExecutionQuery query, PageRequest page) {
        List<Run> all = new ArrayList<>(runs.expected(query));
        all.removeIf(run -> page.after() != null && !isAfter(query, run, page.after())
                || page.before() != null && !isBefore(query, run, page.before()));
        int from = page.backward() ? Math.max(0, all.size() - page.size()) : 0;
        return all.subList(from, Math.min(all.size(), from + page.size())).stream()
                .map(Run::id)
                .toList();
    }

    private boolean isAfter(ExecutionQuery query, Run run, Cursor cursor) {
        return RandomRuns.order(query).compare(run, run(cursor.id())) > 0;
    }

    private boolean isBefore(ExecutionQuery query, Run run, Cursor cursor) {
        return RandomRuns.order(query).compare(run, run(cursor.id())) < 0;
    }

    private Run run(UUID id) {
        return runs.runs().stream()
                .filter(run -> run.id().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
