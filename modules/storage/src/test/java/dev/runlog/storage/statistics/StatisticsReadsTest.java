package dev.runlog.storage.statistics;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetStatistics.Interval;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.Statistics.Ages;
import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.querying.WorkflowStatistics;
import dev.runlog.storage.db.Configs;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.rollup.RollupCounts.Range;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statistics of two owners with one workflow each. The big one has one more run per day than the small one. */
@ExtendWith({PostgresExtension.class, VertxExtension.class})
final class StatisticsReadsTest {
    private static final String NIL = "00000000-0000-0000-0000-000000000000";
    /** A Wednesday. */
    private static final LocalDate TODAY = LocalDate.of(2026, 7, 15);

    private static final Instant NOW = Instant.parse("2026-07-15T10:00:00Z");

    private static final String BIG = "01900000-0000-7000-8000-000000000001";
    private static final String SMALL = "01900000-0000-7000-8000-000000000002";

    private TestDatabase test;
    private Database database;
    private StatisticsReads statistics;

    @BeforeEach
    void open(Vertx vertx, TestDatabase given) throws SQLException {
        test = given;
        test.execute("""
                DELETE FROM execution_daily; DELETE FROM execution_day; DELETE FROM dropped_day; DELETE FROM daily_histogram;
                DELETE FROM histogram_delta;
                INSERT INTO owner (subject) VALUES ('big'), ('small') ON CONFLICT DO NOTHING;
                INSERT INTO workflow (id, owner_id, key, name)
                SELECT w.id, o.id, w.subject, w.subject
                FROM (VALUES ('big', '%s'::uuid), ('small', '%s')) w (subject, id) JOIN owner o USING (subject)
                ON CONFLICT DO NOTHING""".formatted(BIG, SMALL));
        database = Database.open(vertx, Configs.patient(test.url(), 2), new SimpleMeterRegistry());
        statistics = new StatisticsReads(database, 1000);
    }

    @AfterEach
    void close() {
        await(database.close());
    }

    @Test
    void countByStatusAndAge() throws SQLException {
        day(0, "success", 2, 0);
        day(0, "running", 1, 0);
        day(6, "failed", 3, 0);
        day(7, "cancelled", 4, 0);
        day(29, "crashed", 5, 0);
        day(30, "success", 6, 2);
        day(31, "failed", 7, 7);

        Statistics small = get("small");

        assertThat(small.stored()).isEqualTo(new StatusCounts(0, 1, 6, 3, 4, 5));
        assertThat(small.recorded()).isEqualTo(new StatusCounts(0, 1, 8, 10, 4, 5));
        assertThat(small.ages()).isEqualTo(new Ages(3, 3, 9, 4));
        assertThat(small.oldestDay()).isEqualTo(TODAY.minusDays(30));
        assertThat(small.bytesOnDisk()).isNull();
    }

    /** Dropped days disappear even before the rollups of workflows are updated. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAllOwnersAreTheSumOfEach(boolean dropped) throws SQLException {
        day(0, "success", 2, 0);
        day(6, "failed", 3, 1);
        day(40, "success", 8, 0);
        if (dropped) {
            test.execute("INSERT INTO dropped_day (day) VALUES ('" + TODAY.minusDays(40) + "');"
                    + "UPDATE execution_day SET success_deleted = success WHERE day = '" + TODAY.minusDays(40) + "'");
        }

        Statistics all = get(null);
        Statistics big = get("big");
        Statistics small = get("small");

        assertThat(all.stored()).isEqualTo(big.stored().plus(small.stored()));
        assertThat(all.recorded()).isEqualTo(big.recorded().plus(small.recorded()));
        assertThat(all.stored().success()).isEqualTo(dropped ? 2 + 3 : 2 + 3 + 8 + 9);
        assertThat(all.ages().older()).isEqualTo(dropped ? 0 : 8 + 9);
        assertThat(all.oldestDay()).isEqualTo(TODAY.minusDays(dropped ? 6 : 40));
        assertThat(byWorkflow())
                .extracting(workflow -> workflow.workflow().key(), WorkflowStatistics::stored)
                .containsExactly(tuple("big", big.stored()), tuple("small", small.stored()));
    }

    @Test
    void averageTheGrowthOfSevenWholeDays() throws SQLException {
        day(0, "success", 1000, 0);
        day(1, "success", 20, 20);
        day(7, "failed", 14, 0);
        day(8, "success", 1000, 0);

        Statistics all = get(null);

        // Deleted executions count as recorded.
        assertThat(all.recordedPerDay()).isEqualTo((20 + 21 + 14 + 15) / 7.0);
        assertThat(all.bytesOnDisk()).isPositive();
        assertThat(all.bytesPerDay())
                .isEqualTo(Math.round(
                        all.recordedPerDay() * all.bytesOnDisk() / all.stored().total()));
    }

    @Test
    void areEmptyWithoutExecutions() {
        Statistics all = get(null);

        assertThat(all.stored()).isEqualTo(StatusCounts.NONE);
        assertThat(all.ages()).isEqualTo(new Ages(0, 0, 0, 0));
        assertThat(all.oldestDay()).isNull();
        assertThat(all.recordedPerDay()).isZero();
        assertThat(all.bytesPerDay()).isZero();
        assertThat(byWorkflow()).isEmpty();
        assertThat(all.intervals()).isEmpty();
    }

    @Test
    void ofAWeekIncludeDeletedExecutions() throws SQLException {
        day(2, "success", 90, 90);
        day(2, "running", 3, 0);
        day(1, "failed", 10, 10);
        day(9, "cancelled", 1, 0);
        durations("small", 2, 100, 80, 5000, 10);
        durations("small", 1, 60_000, 10);

        List<IntervalStatistics> weeks =
                await(read(request("small", null, null, Interval.WEEK))).intervals();

        assertThat(weeks).extracting(IntervalStatistics::from).containsExactly(start(9), start(2));
        IntervalStatistics week = weeks.get(1);
        assertThat(week.to()).isEqualTo(start(-5));
        assertThat(week.recorded()).isEqualTo(new StatusCounts(0, 3, 90, 10, 0, 0));
        assertThat(week.recorded().successRate()).isEqualTo(0.9);
        assertNear(week.durations().p50(), 100);
        assertNear(week.durations().p95(), 60_000);
        assertNear(week.durations().p99(), 60_000);
        assertThat(weeks.get(0).recorded().successRate()).isZero();
        assertThat(weeks.get(0).durations()).isNull();
    }

    @Test
    void divideTheRateByTheCompleteDaysOfTheRange() throws SQLException {
        for (int daysAgo = 0; daysAgo < 20; daysAgo++) {
            day(daysAgo, "success", 10, 0);
        }

        assertThat(recordedPerDay(3, null)).isEqualTo(10);
        assertThat(recordedPerDay(3, 1)).isEqualTo(10);
        assertThat(recordedPerDay(null, 10)).isEqualTo(10);
        assertThat(recordedPerDay(0, null)).isZero();
        assertThat(recordedPerDay(null, -1)).isEqualTo(10);
        assertThat(recordedPerDay(30, 10)).isEqualTo(10);
        assertThat(recordedPerDay(19, 17)).isEqualTo(10);
    }

    @Test
    void estimateTheGrowthOfARangeByTheAverageSizeOfAllExecutions() throws SQLException {
        for (int daysAgo = 0; daysAgo < 20; daysAgo++) {
            day(daysAgo, "success", 1000, 0);
        }

        Statistics all = get(null);
        Statistics clipped = await(read(request(null, start(3), null, null)));

        assertThat(clipped.bytesPerDay()).isEqualTo(all.bytesPerDay());
    }

    @Test
    void limitTheFirstAndLastWeekToTheRange() throws SQLException {
        for (int daysAgo = 0; daysAgo < 20; daysAgo++) {
            day(daysAgo, "success", 10, 0);
        }

        List<IntervalStatistics> weeks = await(read(request("small", start(11), start(1), Interval.WEEK)))
                .intervals();

        assertThat(weeks).extracting(IntervalStatistics::from).containsExactly(start(11), start(9), start(2));
        assertThat(weeks).extracting(IntervalStatistics::to).containsExactly(start(9), start(2), start(1));
        assertThat(weeks).extracting(week -> week.recorded().total()).containsExactly(20L, 70L, 10L);
    }

    private double recordedPerDay(@Nullable Integer fromDaysAgo, @Nullable Integer toDaysAgo) {
        return await(read(request(
                        "small",
                        fromDaysAgo == null ? null : start(fromDaysAgo),
                        toDaysAgo == null ? null : start(toDaysAgo),
                        null)))
                .recordedPerDay();
    }

    private static void assertNear(Duration actual, long millis) {
        assertThat((double) actual.toMillis()).isCloseTo(millis, within(millis * 0.091));
    }

    private static Instant start(int daysAgo) {
        return Instant.parse(TODAY.minusDays(daysAgo) + "T00:00:00Z");
    }

    private Statistics get(@Nullable String owner) {
        return await(read(request(owner, null, null, null)));
    }

    private Future<Statistics> read(GetStatistics request) {
        return statistics.get(request, request.owner() == null ? null : number(request.owner()), ZoneOffset.UTC, NOW);
    }

    private int number(String owner) {
        try {
            return Integer.parseInt(test.get("SELECT id FROM owner WHERE subject = '" + owner + "'"));
        } catch (SQLException failure) {
            throw new AssertionError(failure);
        }
    }

    private List<WorkflowStatistics> byWorkflow() {
        return await(statistics.byWorkflow(
                new GetWorkflowStatistics(request(null, null, null, null), 10, GetWorkflowStatistics.Order.STORED),
                new Range(null, null, null, null)));
    }

    private static GetStatistics request(
            @Nullable String owner, @Nullable Instant from, @Nullable Instant to, @Nullable Interval interval) {
        Viewer ada = new Viewer("ada", Set.of(Scope.OPS));
        return new GetStatistics(ada, null, from, to, interval, GetStatistics.UTC, false, owner, owner == null);
    }

    /** Adds runs of a day to the rollups, as recording and cleanups do; the big owner gets one more stored run. */
    private void day(int daysAgo, String status, int runs, int deleted) throws SQLException {
        LocalDate day = TODAY.minusDays(daysAgo);
        // Running executions are never deleted.
        List<String> columns = status.equals("running") ? List.of(status) : List.of(status, status + "_deleted");
        String names = String.join(", ", columns);
        String adds = columns.stream()
                .map(column -> column + " = known." + column + " + excluded." + column)
                .collect(Collectors.joining(", "));
        for (String owner : List.of("small", "big")) {
            String values = Stream.of(owner.equals("big") ? runs + 1 : runs, deleted)
                    .limit(columns.size())
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "));
            test.execute("INSERT INTO execution_daily AS known (owner_id, workflow_id, day, " + names
                    + ") SELECT owner_id, id, '" + day + "', " + values + " FROM workflow WHERE key = '" + owner
                    + "' ON CONFLICT (owner_id, workflow_id, day) DO UPDATE SET " + adds
                    + "; INSERT INTO execution_day AS known (day, shard, " + names + ") VALUES ('" + day + "', 0, "
                    + values + ") ON CONFLICT (day, shard) DO UPDATE SET " + adds);
        }
    }

    /** Adds durations and their counts to an owner's day. */
    private void durations(String owner, int daysAgo, long... millisAndCounts) throws SQLException {
        for (int i = 0; i < millisAndCounts.length; i += 2) {
            test.execute(
                    "INSERT INTO daily_histogram AS known (owner_id, workflow_id, day, buckets, counts) SELECT id, '"
                            + NIL + "', '" + TODAY.minusDays(daysAgo) + "', ARRAY["
                            + HistogramDelta.bucketOf(Duration.ofMillis(millisAndCounts[i])) + "], ARRAY["
                            + millisAndCounts[i + 1]
                            + "] FROM owner WHERE subject = '" + owner
                            + "' ON CONFLICT (owner_id, workflow_id, day) DO UPDATE SET buckets = known.buckets || excluded.buckets, "
                            + "counts = known.counts || excluded.counts");
        }
    }
}
