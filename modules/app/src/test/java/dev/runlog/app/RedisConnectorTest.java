package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.config.StartFailure;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.RedisServer;
import dev.runlog.testing.TestDatabase;
import io.vertx.redis.client.Command;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What whole servers record, refuse and delete of the entries of a real Redis. */
final class RedisConnectorTest extends RedisTestCase {
    @Test
    void recordsEntriesAndAcknowledgesThem(TestDatabase database) {
        UUID id = Ids.next();
        client.add(
                stream,
                List.of(
                        "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"payload\":{\"n\":1}}",
                        "{\"event\":\"steps\",\"id\":\"" + id
                                + "\",\"steps\":[{\"index\":0,\"name\":\"s\",\"status\":\"SUCCESS\"}]}",
                        "{\"event\":\"finished\",\"id\":\"" + id
                                + "\",\"status\":\"FAILED\",\"error\":\"\\u0000 no\"}"));

        try (RunningServer server = server(database)) {
            awaitSettled();

            JsonNode run = server.data(
                            server.token(owner),
                            "{ executions { totalCount nodes { id status payload error { message } steps { nodes { name } }"
                                    + " } } }")
                    .get("executions");
            assertThat(run.get("totalCount").asInt()).isEqualTo(1);
            assertThat(run.at("/nodes/0/id").asText()).isEqualTo(id.toString());
            assertThat(run.at("/nodes/0/status").asText()).isEqualTo("FAILED");
            assertThat(run.at("/nodes/0/payload/n").asInt()).isEqualTo(1);
            assertThat(run.at("/nodes/0/error/message").asText()).isEqualTo("\uFFFD no");
            assertThat(run.at("/nodes/0/steps/nodes/0/name").asText()).isEqualTo("s");
            assertThat(server.metric("runlog_redis_read_total")).isEqualTo(3);
            assertThat(server.metric("runlog_redis_recorded_total")).isEqualTo(3);
            assertThat(server.metric("runlog_redis_up")).isEqualTo(1);
            assertThat(ready(server).get("redis").asText()).isEqualTo("UP");
        }
    }

    @Test
    void movesEntriesThatCanNeverBeRecordedToTheDeadLetterStream(TestDatabase database) {
        UUID id = Ids.next();
        client.add(stream, "{\"event\":\"execution\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\"}");
        Object[] manyFields =
                IntStream.range(0, 10_000).mapToObj(i -> "field-" + i).toArray();
        Map<String, String> expected = Map.of(
                client.addFields(stream, "payload", "{}"), "BAD_INPUT Missing field `event`.",
                client.addFields(stream, manyFields), "BAD_INPUT Missing field `event`.",
                client.add(stream, ""), "BAD_INPUT Invalid event",
                client.add(stream, "{\"event\":\"started\""), "BAD_INPUT Invalid JSON",
                client.addFields(stream, "event", new byte[] {'{', 0, (byte) 0xff, (byte) 0xc0}),
                        "BAD_INPUT Invalid JSON",
                client.add(stream, "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"7\"}"), "BAD_INPUT ",
                client.add(stream, "{\"event\":\"started\",\"workflow\":\"\\u0000\"}"), "BAD_INPUT ",
                client.add(stream, "\"" + "x".repeat(2_000) + "\""),
                        "BAD_INPUT The field `event` is too long: 2002 bytes",
                client.add(stream, finish(id, "FAILED")), "CONFLICT ",
                client.add(stream, finish(Ids.next(), "FAILED")), "NOT_FOUND ");
        // Its fields would be mistaken for those of the letter.
        String forged = client.addFields(stream, "event", "[]", "reason", "none", "code", "OK", "entry", "1-1");
        client.add(stream, finish(id, "SUCCESS"));

        try (RunningServer server = server(
                database,
                "CONNECTORS_REDIS_ENTRY_MAX_BYTES",
                "2000",
                "CONNECTORS_REDIS_DELIVERIES_MAX",
                "2",
                "CONNECTORS_REDIS_RETRY_MIN",
                "PT0.01S")) {
            awaitSettled();

            Map<String, Map<String, String>> letters = client.deadLetters(stream);
            expected.forEach((entry, reason) -> assertThat(letters.get(entry).get("code") + " "
                            + letters.get(entry).get("reason"))
                    .startsWith(reason));
            assertThat(letters).hasSize(expected.size() + 1);
            assertThat(letters.get(forged)).containsEntry("code", "BAD_INPUT").containsEntry("event", "[]");
            assertThat(letters.values())
                    .anySatisfy(letter -> assertThat(letter).containsEntry("event", "\"" + "x".repeat(1_999)));
            assertThat(executions(server)).isEqualTo(1);
            assertThat(server.metric("runlog_redis_dead_lettered_total")).isEqualTo(letters.size());
            assertThat(server.metric("runlog_redis_recorded_total")).isEqualTo(2);
        }
    }

    @Test
    void keepsTheNewestDeadLetters(TestDatabase database) {
        client.add(stream, IntStream.range(0, 5_000).mapToObj(i -> "bad " + i).toList());

        try (RunningServer server = server(database, "CONNECTORS_REDIS_DEAD_LETTERS_MAX", "100")) {
            awaitSettled();

            assertThat(server.metric("runlog_redis_dead_lettered_total")).isEqualTo(5_000);
            // Redis deletes whole nodes of its tree, of a hundred entries each.
            assertThat(client.deadLetters(stream).values())
                    .hasSizeBetween(100, 300)
                    .anySatisfy(letter -> assertThat(letter).containsEntry("event", "bad 4999"));
        }
    }

    @Test
    void waitsForTheStartOfAFinish(TestDatabase database) {
        UUID id = Ids.next();
        client.add(stream, finish(id, "SUCCESS"));

        try (RunningServer server = server(database, "CONNECTORS_REDIS_RETRY_MIN", "PT0.01S")) {
            RunningServer.awaitThat(() -> server.metric("runlog_redis_postponed_total") >= 2);
            client.add(stream, "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\"}");
            awaitSettled();

            assertThat(server.data(server.token(owner), "{ executions { nodes { status } } }")
                            .at("/executions/nodes/0/status")
                            .asText())
                    .isEqualTo("SUCCESS");
            assertThat(client.deadLetters(stream)).isEmpty();
        }
    }

    @Test
    void refusesOtherOwnersByDefault(TestDatabase database) {
        String other = "other-than-" + owner;
        String entry = client.add(stream, ofOwner(other));
        client.add(stream, ofOwner(owner));

        try (RunningServer server = server(database)) {
            awaitSettled();

            assertThat(client.deadLetters(stream).get(entry))
                    .containsEntry("code", "FORBIDDEN")
                    .containsEntry(
                            "reason",
                            "Invalid `owner`: " + other + " (expected " + owner
                                    + ", connectors.redis.trust-owner is false).");
            assertThat(executions(server)).isEqualTo(1);
            assertThat(executions(server, other)).isZero();
        }
    }

    @Test
    void recordsForOtherOwnersIfTheyAreTrusted(TestDatabase database) {
        String other = "other-than-" + owner;
        client.add(stream, List.of(ofOwner(other), ofOwner(owner)));

        try (RunningServer server = server(database, "CONNECTORS_REDIS_TRUST_OWNER", "true")) {
            awaitSettled();

            assertThat(client.deadLetters(stream)).isEmpty();
            assertThat(executions(server)).isEqualTo(1);
            assertThat(executions(server, other)).isEqualTo(1);
        }
    }

    @Test
    void datesEventsWithoutATimeByTheirEntries(TestDatabase database) {
        long start = Instant.now().minusSeconds(3_600).toEpochMilli();
        addAt(start, "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"7\"}");
        addAt(start + 500, "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"7\"}");
        addAt(start + 1_000, "{\"event\":\"finished\",\"externalId\":\"7\",\"status\":\"SUCCESS\"}");
        addAt(start + 2_000, "{\"event\":\"started\",\"workflow\":\"without an ID\"}");
        addAt(start + 2_500, "{\"event\":\"queued\",\"workflow\":\"w\",\"externalId\":\"8\"}");
        UUID id = Ids.at(Instant.ofEpochMilli(start + 3_000));
        addAt(
                start + 5_000,
                "{\"event\":\"execution\",\"workflow\":\"w\",\"id\":\"" + id + "\",\"status\":\"SUCCESS\"}");
        addAt(start + 6_500, "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"8\"}");

        try (RunningServer server = server(database)) {
            awaitSettled();

            JsonNode runs = server.data(
                            server.token(owner), "{ executions { nodes { startedAt finishedAt queuedDuration } } }")
                    .at("/executions/nodes");
            assertThat(runs.at("/1/queuedDuration").asText()).isEqualTo("PT4S");
            assertThat(RunningServer.texts(runs, "/startedAt"))
                    .map(time -> Instant.parse(time).toEpochMilli() - start)
                    .containsExactly(3_000L, 6_500L, 2_000L, 0L);
            assertThat(RunningServer.texts(runs, "/finishedAt"))
                    .map(time -> time.equals("null") ? -1 : Instant.parse(time).toEpochMilli() - start)
                    .containsExactly(5_000L, -1L, -1L, 1_000L);
            assertThat(client.deadLetters(stream)).isEmpty();
        }
    }

    @Test
    void takesEntriesWhoseIdsAreNotTimes(TestDatabase database) {
        addAt(1, "{\"event\":\"started\",\"workflow\":\"w\",\"externalId\":\"7\"}");
        addAt(2, "{\"event\":\"finished\",\"externalId\":\"7\",\"status\":\"SUCCESS\"}");
        addAt(3, "{\"event\":\"started\",\"workflow\":\"w\",\"startedAt\":\"2026-11-01T00:00:00Z\"}");
        addAt(4, "{\"event\":\"started\",\"workflow\":\"w\"}");

        try (RunningServer server = server(database)) {
            awaitSettled();

            assertThat(executions(server)).isEqualTo(2);
            assertThat(client.deadLetters(stream)).containsOnlyKeys("4-0");
            assertThat(client.deadLetters(stream).get("4-0").get("reason")).startsWith("Missing `id`");
        }
    }

    @Test
    void deletesRecordedEntriesIfAskedTo(TestDatabase database) {
        client.add(stream, starts(100));
        String bad = client.add(stream, "bad");

        try (RunningServer server = server(database, "CONNECTORS_REDIS_DELETE_RECORDED", "true")) {
            awaitSettled();

            assertThat(client.send(Command.XLEN, stream).toInteger()).isZero();
            assertThat(client.deadLetters(stream)).containsOnlyKeys(bad);
            assertThat(executions(server)).isEqualTo(100);
        }
    }

    /** By their number, all of these would be one batch. */
    @Test
    void boundsABatchInBytes(TestDatabase database, @TempDir Path directory) {
        try (RedisServer large = RedisServer.in(directory, "--appendonly", "no").start();
                RedisStreams producer = new RedisStreams(vertx, large.url())) {
            String payload = "p".repeat(900_000);
            for (String start : starts(100)) {
                producer.add(stream, start.replace("}", ",\"payload\":\"" + payload + "\"}"));
            }
            String entry = producer.add(stream, "x".repeat(20 << 20));

            try (RunningServer server = RunningServer.startProcess(
                    database.url(),
                    settings(
                            "CONNECTORS_REDIS_URL",
                            large.url(),
                            "JAVA_OPTS",
                            "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx128m -Xmn40m -XX:+ExitOnOutOfMemoryError"))) {
                RunningServer.awaitThat(() -> producer.isSettled(stream));

                assertThat(executions(server)).isEqualTo(100);
                assertThat(producer.deadLetters(stream).get(entry))
                        .hasEntrySatisfying("event", event -> assertThat(event).hasSize(1 << 20))
                        .hasEntrySatisfying(
                                "reason", reason -> assertThat(reason).contains("is too long"));
            }
        }
    }

    @Test
    void refusesToStartWithAnIncompleteConfiguration(TestDatabase database) {
        assertThatThrownBy(() -> RunningServer.start(database, "CONNECTORS_REDIS_URL", redis.url()))
                .isInstanceOf(StartFailure.class)
                .hasMessage("connectors.redis.url requires connectors.redis.owner.");
        assertThatThrownBy(() -> server(database, "CONNECTORS_REDIS_URL", "redis://:secret#1@localhost"))
                .isInstanceOf(StartFailure.class)
                .hasMessageStartingWith("Invalid connectors.redis.url")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> server(database, "CONNECTORS_REDIS_DEAD_LETTER_STREAM", stream))
                .isInstanceOf(StartFailure.class)
                .hasMessage("connectors.redis.dead-letter-stream must differ from connectors.redis.stream.");
    }

    private void addAt(long millis, String event) {
        client.send(Command.XADD, stream, millis + "-0", "event", event);
    }

    private static String finish(UUID id, String status) {
        return "{\"event\":\"finished\",\"id\":\"" + id + "\",\"status\":\"" + status + "\"}";
    }

    private static String ofOwner(String owner) {
        return "{\"event\":\"started\",\"workflow\":\"w\",\"owner\":\"" + owner + "\"}";
    }
}
