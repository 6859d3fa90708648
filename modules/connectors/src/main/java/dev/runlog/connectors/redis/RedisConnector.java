package dev.runlog.connectors.redis;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.recording.CheckConnectors;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.MessageConsumer;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Records the events of a Redis stream. Starts without waiting for Redis. */
public final class RedisConnector extends VerticleBase {
    private static final Duration BACKLOG_INTERVAL = Duration.ofSeconds(5);

    private final Bus bus;
    private final RedisConfig config;
    private final MeterRegistry meters;
    private final RedisAddress address;
    private final List<ReadLoop> loops = new ArrayList<>();
    private @Nullable RedisLink link;
    private @Nullable MessageConsumer<?> health;
    private long backlogTimer;

    /** Fails with an {@code IllegalArgumentException} if the configuration is invalid. */
    public RedisConnector(Bus bus, RedisConfig config, MeterRegistry meters) {
        this.bus = bus;
        this.config = config;
        this.meters = meters;
        this.address = RedisAddress.parse(config.url());
        require(!config.owner().isBlank(), "connectors.redis.url requires connectors.redis.owner.");
        require(
                !config.stream().isEmpty() && !config.group().isEmpty(),
                "connectors.redis.stream and connectors.redis.group must not be empty.");
        require(
                !config.deadLetterStream().equals(config.stream()),
                "connectors.redis.dead-letter-stream must differ from connectors.redis.stream.");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    @Override
    public Future<?> start() {
        RedisLink opened = new RedisLink(
                vertx,
                address,
                config,
                "reading the stream " + config.stream() + " with the group " + config.group() + " for "
                        + config.owner());
        link = opened;
        RedisMetrics metrics = new RedisMetrics(meters, opened::isUp);
        RedisStream stream = new RedisStream(opened, config);
        EntryRecorder recorder = new EntryRecorder(bus, config);
        // Process ID and host for people, the rest to be unique in containers.
        String process = ManagementFactory.getRuntimeMXBean().getName() + "-"
                + Long.toHexString(Ids.next().getLeastSignificantBits() & 0xffff_ffffL);
        for (int i = 0; i < config.readers(); i++) {
            ReadLoop loop = new ReadLoop(vertx, stream, recorder, config, metrics, RedisStream.consumer(process, i));
            loops.add(loop);
            loop.start();
        }
        backlogTimer = vertx.setPeriodic(BACKLOG_INTERVAL.toMillis(), timer -> measure(opened, stream, metrics));
        health = bus.handle(
                CheckConnectors.class,
                request -> Future.succeededFuture(
                        new CheckConnectors.States(Map.of("redis", opened.isUp() ? "UP" : "DOWN"))));
        return Future.succeededFuture();
    }

    /** Settles the batches in progress, then closes. */
    @Override
    public Future<?> stop() {
        vertx.cancelTimer(backlogTimer);
        Future<?> settled =
                Future.join(loops.stream().map(ReadLoop::stop).toList()).otherwiseEmpty();
        return settled.compose(done -> health == null ? Future.succeededFuture() : health.unregister())
                .onComplete(done -> {
                    if (link != null) {
                        link.close();
                    }
                });
    }

    private static void measure(RedisLink link, RedisStream stream, RedisMetrics metrics) {
        if (link.isUp()) {
            stream.backlog().onSuccess(metrics::measured).onFailure(failure -> metrics.measured(null));
        } else {
            metrics.measured(null);
        }
    }
}
