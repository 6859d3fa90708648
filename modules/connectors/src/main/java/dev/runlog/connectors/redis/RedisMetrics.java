package dev.runlog.connectors.redis;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Metrics of the connector: entries by what became of them, and what waits in Redis. */
final class RedisMetrics {
    private final Counter read;
    private final Counter claimed;
    private final Counter vanished;
    private final Counter recorded;
    private final Counter deadLettered;
    private final Counter postponed;
    private RedisStream.@Nullable Backlog backlog;

    RedisMetrics(MeterRegistry meters, BooleanSupplier isUp) {
        read = counter(meters, "read", "Entries delivered for the first time.");
        claimed = counter(meters, "claimed", "Entries taken over from consumers that did not acknowledge them.");
        vanished = counter(meters, "vanished", "Entries deleted from the stream after delivery, before recording.");
        recorded = counter(meters, "recorded", "Entries recorded and acknowledged.");
        deadLettered = counter(meters, "dead_lettered", "Entries moved to the dead-letter stream.");
        postponed = counter(meters, "postponed", "Deliveries of entries that are tried again later.");
        gauge(meters, "pending", "Entries delivered to any consumer and not acknowledged.", this::pending);
        gauge(meters, "lag", "Entries not yet delivered; NaN if Redis does not know.", this::lag);
        gauge(meters, "up", "1 if Redis answers, else 0.", () -> isUp.getAsBoolean() ? 1 : 0);
    }

    private static Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder("runlog.redis." + name).description(description).register(meters);
    }

    private interface Value {
        double now();
    }

    private static void gauge(MeterRegistry meters, String name, String description, Value value) {
        Gauge.builder("runlog.redis." + name, value, Value::now)
                .strongReference(true)
                .description(description)
                .register(meters);
    }

    void taken(Batch batch) {
        read.increment(batch.fresh());
        claimed.increment(batch.claimed());
        vanished.increment(batch.vanished());
    }

    void settled(Batch batch, Settlement settlement, int letters) {
        recorded.increment(settlement.recorded().size());
        deadLettered.increment(letters);
        postponed.increment((double) batch.entries().size()
                - settlement.recorded().size()
                - settlement.dead().size());
    }

    void measured(RedisStream.@Nullable Backlog now) {
        backlog = now;
    }

    private double pending() {
        RedisStream.Backlog known = backlog;
        return known == null ? Double.NaN : known.pending();
    }

    private double lag() {
        RedisStream.Backlog known = backlog;
        return known == null || known.lag() == null ? Double.NaN : known.lag();
    }
}
