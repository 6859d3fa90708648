package dev.runlog.recording;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordEvents.Verdict;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Completed;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.statistics.StatisticsReads;
import dev.runlog.storage.write.RecordingStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The partitions, counts and durations of days. */
final class DaysAndRollupsTest extends RecordingTestCase {
    @Test
    void recordsToNewDaysFromAllLanesAtOnce() {
        Instant start = Instant.now().minus(Duration.ofDays(300));
        List<RecordingEvent> events = IntStream.range(0, 200)
                .<RecordingEvent>mapToObj(i -> start(Ids.at(start.plus(Duration.ofDays(i % 10)))))
                .toList();

        List<Outcome> outcomes = record(events);

        assertThat(outcomes).hasSize(200).extracting(Outcome::verdict).containsOnly(Verdict.RECORDED);
    }

    @Test
    void createsPartitionsOfPastDaysOnDemand() throws SQLException {
        Instant start = Instant.now().minus(Duration.ofDays(37));
        UUID id = Ids.at(start);

        assertThat(record(start(id)).verdict()).isEqualTo(Verdict.RECORDED);
        String day = LocalDate.ofInstant(start, ZoneOffset.UTC).toString().replace("-", "");
        assertThat(database.get("SELECT tableoid::regclass FROM execution WHERE id = '" + id + "'"))
                .isEqualTo("execution_" + day);
    }

    @Test
    void countsCorrectlyWhileManyWritersShareAWorkflow() throws SQLException {
        List<RecordingEvent> events = IntStream.range(0, 500)
                .<RecordingEvent>mapToObj(
                        i -> completed(Ids.next(), i % 5 == 0 ? ExecutionStatus.FAILED : ExecutionStatus.SUCCESS))
                .toList();
        List<Future<RecordEvents.Outcomes>> requests = new ArrayList<>();
        for (int i = 0; i < 500; i += 50) {
            requests.add(bus.request(new RecordEvents(alice, events.subList(i, i + 50))));
        }

        requests.forEach(request -> assertThat(await(request).outcomes())
                .extracting(Outcome::verdict)
                .containsOnly(Verdict.RECORDED));
        assertThat(counts()).isEqualTo(Map.of(ExecutionStatus.SUCCESS, 400L, ExecutionStatus.FAILED, 100L));
    }

    @Test
    void returnsDurationQuantilesWithinTheirErrorBeforeAndAfterFolding(Vertx vertx) {
        Instant startedAt = Instant.now().minusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
        List<RecordingEvent> runs = IntStream.rangeClosed(1, 100)
                .<RecordingEvent>mapToObj(i -> run(startedAt, Duration.ofMillis(i * 10L)))
                .toList();
        record(runs);
        // Duplicates change nothing.
        record(runs);
        RecordingStore store = RecordingStore.open(vertx, databaseConfig, 1);
        Database reading = Database.open(vertx, databaseConfig, new SimpleMeterRegistry());

        Quantiles before = quantiles(reading);
        assertThat(await(store.foldDurations(1000))).isPositive();
        Quantiles after = quantiles(reading);

        assertThat(after).isEqualTo(before);
        assertThat((double) after.p50().toMillis()).isCloseTo(500, withinPercentage(9.1));
        assertThat((double) after.p95().toMillis()).isCloseTo(950, withinPercentage(9.1));
        assertThat((double) after.p99().toMillis()).isCloseTo(990, withinPercentage(9.1));
        await(store.close());
        await(reading.close());
    }

    private static Completed run(Instant startedAt, Duration duration) {
        UUID id = Ids.at(startedAt);
        RunFinished finish = RunFinished.builder(id, ExecutionStatus.SUCCESS)
                .finishedAt(startedAt.plus(duration))
                .build();
        return new Completed(start(id), finish);
    }

    private Quantiles quantiles(Database reading) {
        return Objects.requireNonNull(await(new StatisticsReads(reading, 1000)
                        .get(
                                new GetStatistics(
                                        alice,
                                        null,
                                        null,
                                        null,
                                        GetStatistics.Interval.MONTH,
                                        GetStatistics.UTC,
                                        false,
                                        null,
                                        false),
                                await(new KnownOwners(10).get(reading, alice.subject()))
                                        .number(),
                                ZoneOffset.UTC,
                                Instant.now()))
                .intervals()
                .get(0)
                .durations());
    }
}
