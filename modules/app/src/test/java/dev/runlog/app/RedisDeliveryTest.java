package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Ids;
import dev.runlog.testing.Relay;
import dev.runlog.testing.TestDatabase;
import io.vertx.redis.client.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Servers record each entry of a real Redis once, even if a server or Redis is killed, and if servers share the stream
 * or it is deleted.
 */
final class RedisDeliveryTest extends RedisTestCase {
    private static final String[] IMPATIENT_DATABASE = {
        "DATABASE_POOL_WAIT", "PT1S", "DATABASE_STATEMENT_TIMEOUT", "PT1.5S", "DATABASE_ANSWER_TIMEOUT", "PT2S"
    };

    @Test
    void recordsTenThousandEntriesOnce(TestDatabase database) {
        client.add(stream, completeExecutions(10_000));

        try (RunningServer server = server(database)) {
            awaitSettled();

            assertThat(executions(server)).isEqualTo(10_000);
            assertThat(client.deadLetters(stream)).isEmpty();
        }
    }

    @Test
    void losesNothingAndRecordsNothingTwiceWhenRedisRestarts(TestDatabase database) {
        List<String> starts = starts(9_000);
        client.add(stream, starts.subList(0, 8_000));

        try (RunningServer server = server(database, "CONNECTORS_REDIS_BATCH_ENTRIES_MAX", "20")) {
            RunningServer.awaitThat(() -> server.metric("runlog_redis_recorded_total") > 100);
            redis.kill();
            RunningServer.awaitThat(() -> ready(server).get("redis").asText().equals("DOWN"));
            assertThat(executions(server)).isBetween(100, 7_999);
            redis.start();
            client.add(stream, starts.subList(8_000, 9_000));
            awaitSettled();

            assertThat(executions(server)).isEqualTo(9_000);
            assertThat(client.deadLetters(stream)).isEmpty();
            assertThat(ready(server).get("redis").asText()).isEqualTo("UP");
        }
    }

    @Test
    void takesOverTheEntriesOfAKilledServer(TestDatabase database) {
        Relay relay = Relay.to(vertx, database.url());
        RunningServer killed =
                RunningServer.startProcess(relay.url(), settings("CONNECTORS_REDIS_BATCH_ENTRIES_MAX", "50"));
        try {
            relay.pause();
            client.add(stream, starts(200));
            RunningServer.awaitThat(() -> client.pending(stream) == 100);
        } finally {
            killed.close();
        }

        try (RunningServer server = server(database, "CONNECTORS_REDIS_CLAIM_IDLE", "PT0.5S")) {
            awaitSettled();

            assertThat(executions(server)).isEqualTo(200);
            assertThat(server.metric("runlog_redis_claimed_total")).isEqualTo(100);
        }
    }

    @Test
    void severalServersShareTheEntries(TestDatabase database) {
        try (RunningServer one = server(database, "CONNECTORS_REDIS_BATCH_ENTRIES_MAX", "10");
                RunningServer other = server(database, "CONNECTORS_REDIS_BATCH_ENTRIES_MAX", "10")) {
            RunningServer.awaitThat(() -> one.metric("runlog_redis_up") + other.metric("runlog_redis_up") == 2);
            client.add(stream, starts(1_000));
            awaitSettled();

            double ofOne = one.metric("runlog_redis_recorded_total");
            double ofOther = other.metric("runlog_redis_recorded_total");
            assertThat(ofOne).isPositive();
            assertThat(ofOther).isPositive();
            assertThat(ofOne + ofOther).isEqualTo(1_000);
            assertThat(executions(one)).isEqualTo(1_000);
        }
    }

    @Test
    void waitsWhileTheDatabaseIsAway(TestDatabase database) {
        Relay relay = Relay.to(vertx, database.url());
        try (RunningServer server = RunningServer.start(
                relay.url(),
                Stream.of(settings("CONNECTORS_REDIS_BATCH_ENTRIES_MAX", "100"), IMPATIENT_DATABASE)
                        .flatMap(Arrays::stream)
                        .toArray(String[]::new))) {
            relay.cut();
            client.add(stream, starts(1_000));
            RunningServer.awaitThat(() -> client.pending(stream) == 200);
            RunningServer.awaitThat(() -> server.get("/health/ready", "").statusCode() == 503);
            assertThat(client.pending(stream)).isEqualTo(200);
            assertThat(server.metric("runlog_redis_read_total")).isEqualTo(200);
            relay.restore();
            awaitSettled();

            assertThat(executions(server)).isEqualTo(1_000);
            assertThat(client.deadLetters(stream)).isEmpty();
        }
    }

    @Test
    void createsADeletedGroupOrStreamAgainAndRecordsNothingTwice(TestDatabase database) {
        List<String> starts = new ArrayList<>(starts(100));
        starts.add("{\"event\":\"started\",\"workflow\":\"without an id\"}");
        try (RunningServer server = server(database)) {
            client.add(stream, starts);
            awaitSettled();
            assertThat(executions(server)).isEqualTo(101);

            client.send(Command.XGROUP, "DESTROY", stream, "runlog");
            RunningServer.awaitThat(() -> server.metric("runlog_redis_read_total") == 202);
            awaitSettled();
            assertThat(executions(server)).isEqualTo(101);

            client.send(Command.DEL, stream);
            client.add(stream, starts(10));
            awaitSettled();
            assertThat(executions(server)).isEqualTo(111);
            assertThat(client.deadLetters(stream)).isEmpty();
        }
    }

    @Test
    void settlesItsBatchesAndLeavesTheGroupWhenTheServerStops(TestDatabase database) {
        RunningServer server = server(database, "CONNECTORS_REDIS_BATCH_ENTRIES_MAX", "20");
        client.add(stream, starts(5_000));
        RunningServer.awaitThat(() -> server.metric("runlog_redis_recorded_total") > 100);

        server.close();

        assertThat(client.pending(stream)).isZero();
        assertThat(client.consumers(stream)).isEmpty();
        try (RunningServer next = server(database)) {
            awaitSettled();
            assertThat(executions(next)).isEqualTo(5_000);
        }
    }

    private static List<String> completeExecutions(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "{\"event\":\"execution\",\"workflow\":\"w" + i % 50 + "\",\"id\":\"" + Ids.next()
                        + "\",\"status\":\"SUCCESS\",\"trigger\":\"cron\",\"payload\":{\"number\":" + i
                        + "},\"result\":{\"rows\":12}}")
                .toList();
    }
}
