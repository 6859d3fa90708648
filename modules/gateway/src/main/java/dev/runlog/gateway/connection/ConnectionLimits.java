package dev.runlog.gateway.connection;

import dev.runlog.gateway.config.GatewayConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * All open connections of the server. Unauthenticated ones are limited for each address: beyond the limit, a new one
 * closes the oldest. Unauthenticated clients that keep connections open therefore cannot lock out others, even behind a
 * shared proxy. Thread-safe.
 */
public final class ConnectionLimits {
    private final GatewayConfig.Http config;
    private final Set<ClientConnection> open = new LinkedHashSet<>();
    private final Set<ClientConnection> strangers = new LinkedHashSet<>();
    private final Map<String, Set<ClientConnection>> strangersByAddress = new HashMap<>();

    public ConnectionLimits(GatewayConfig.Http config, MeterRegistry meters) {
        this.config = config;
        Gauge.builder("runlog.connections", this, ConnectionLimits::open)
                .description("Open connections.")
                .register(meters);
        Gauge.builder("runlog.connections.unauthenticated", this, ConnectionLimits::strangers)
                .description("Open connections without an authenticated request.")
                .register(meters);
    }

    private synchronized int open() {
        return open.size();
    }

    private synchronized int strangers() {
        return strangers.size();
    }

    /** Adds a connection that was just opened; returns false if there are too many. */
    synchronized boolean add(ClientConnection connection) {
        if (open.size() >= config.connectionsMax() && !closeOldest(strangers)) {
            return false;
        }
        Set<ClientConnection> ofAddress =
                strangersByAddress.computeIfAbsent(connection.address(), address -> new LinkedHashSet<>());
        if (ofAddress.size() >= config.unauthenticatedPerAddressMax()) {
            closeOldest(ofAddress);
        }
        open.add(connection);
        strangers.add(connection);
        strangersByAddress
                .computeIfAbsent(connection.address(), address -> new LinkedHashSet<>())
                .add(connection);
        return true;
    }

    synchronized void remove(ClientConnection connection) {
        open.remove(connection);
        authenticated(connection);
    }

    synchronized void authenticated(ClientConnection connection) {
        strangers.remove(connection);
        strangersByAddress.computeIfPresent(connection.address(), (address, connections) -> {
            connections.remove(connection);
            return connections.isEmpty() ? null : connections;
        });
    }

    private boolean closeOldest(Set<ClientConnection> connections) {
        if (connections.isEmpty()) {
            return false;
        }
        ClientConnection oldest = connections.iterator().next();
        remove(oldest);
        oldest.closeOnItsLoop();
        return true;
    }
}
