package dev.runlog.app;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.RedisServer;
import dev.runlog.testing.TestDatabase;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis for the tests of a class, a stream for each test, and whole servers that read it. */
@ExtendWith(PostgresExtension.class)
abstract class RedisTestCase {
    private static final AtomicInteger streams = new AtomicInteger();

    static Vertx vertx;
    static RedisServer redis;
    static RedisStreams client;

    final String stream = "events-" + streams.incrementAndGet();
    final String owner = "owner-of-" + stream;

    @BeforeAll
    static void startRedis(@TempDir Path directory) {
        assumeTrue(RedisServer.isInstalled(), "Skipped: redis-server is not on the PATH.");
        vertx = Vertx.vertx();
        redis = RedisServer.in(directory).start();
        client = new RedisStreams(vertx, redis.url());
    }

    @AfterAll
    static void stopRedis() {
        if (redis != null) {
            client.close();
            redis.close();
            vertx.close();
        }
    }

    RunningServer server(TestDatabase database, String... overrides) {
        return RunningServer.start(database, settings(overrides));
    }

    String[] settings(String... overrides) {
        List<String> settings = new ArrayList<>(List.of(
                "CONNECTORS_REDIS_URL",
                redis.url(),
                "CONNECTORS_REDIS_STREAM",
                stream,
                "CONNECTORS_REDIS_OWNER",
                owner,
                "CONNECTORS_REDIS_RETRY_MAX",
                "PT1S"));
        settings.addAll(Arrays.asList(overrides));
        return settings.toArray(String[]::new);
    }

    void awaitSettled() {
        RunningServer.awaitThat(() -> client.isSettled(stream));
    }

    int executions(RunningServer server) {
        return executions(server, owner);
    }

    static int executions(RunningServer server, String owner) {
        return server.data(server.token(owner), "{ executions { totalCount } }")
                .at("/executions/totalCount")
                .asInt();
    }

    static JsonNode ready(RunningServer server) {
        return RunningServer.json(server.get("/health/ready", ""));
    }

    static List<String> starts(int count) {
        return Stream.generate(() -> "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + Ids.next() + "\"}")
                .limit(count)
                .toList();
    }
}
