package dev.runlog.storage.db;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The gauges of all databases of one purpose. Event loops have databases of their own and share the gauges, because a
 * registry keeps only the first gauge of a name.
 */
final class DatabaseGauges {
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger connectionsMax = new AtomicInteger();

    DatabaseGauges(String purpose, MeterRegistry meters) {
        Gauge.builder("runlog.database.underway", underWay, AtomicInteger::get)
                .description("Statements and transactions that are running or waiting for a connection.")
                .tag("purpose", purpose)
                .register(meters);
        Gauge.builder("runlog.database.connections.max", connectionsMax, AtomicInteger::get)
                .description("Maximum number of connections, without those that short statements share.")
                .tag("purpose", purpose)
                .register(meters);
    }

    void addConnections(int max) {
        connectionsMax.addAndGet(max);
    }

    void begin() {
        underWay.incrementAndGet();
    }

    void end() {
        underWay.decrementAndGet();
    }
}
