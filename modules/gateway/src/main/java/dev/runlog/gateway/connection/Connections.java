package dev.runlog.gateway.connection;

import dev.runlog.gateway.config.GatewayConfig;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All open connections. Unauthenticated ones are limited for each address: beyond the limit, a new one closes the
 * oldest. Unauthenticated clients that keep connections open therefore cannot lock out others, even behind a shared
 * proxy. One timer checks all deadlines.
 */
public final class Connections {
    /** Bytes of one read. After a pause, a few reads still arrive, so they are smaller than the default of 64 KB. */
    private static final int READ_BYTES_MAX = 32 << 10;

    private static final int READS_MAX = 2;
    private static final long TICK_MILLIS_MAX = 500;

    private final Vertx vertx;
    private final GatewayConfig.Http config;
    private final HttpServerOptions options;
    private final long tickMillis;
    private final Set<ClientConnection> open = new LinkedHashSet<>();
    private final Set<ClientConnection> strangers = new LinkedHashSet<>();
    private final Map<String, Set<ClientConnection>> strangersByAddress = new HashMap<>();

    public Connections(Vertx vertx, GatewayConfig.Http config, HttpServerOptions options, MeterRegistry meters) {
        this.vertx = vertx;
        this.config = config;
        this.options = options;
        this.tickMillis = Math.max(
                10,
                Math.min(
                        TICK_MILLIS_MAX,
                        Math.min(
                                        config.headerTimeout().toMillis(),
                                        config.bodyTimeout().toMillis())
                                / 4));
        Gauge.builder("runlog.connections", open, Set::size)
                .description("Open connections.")
                .register(meters);
        Gauge.builder("runlog.connections.unauthenticated", strangers, Set::size)
                .description("Open connections without an authenticated request.")
                .register(meters);
        tickLater();
    }

    /** Adds a connection that was just opened. */
    public void accept(HttpConnection opened) {
        Channel channel =
                ((HttpServerConnection) opened).channelHandlerContext().channel();
        ClientConnection connection = new ClientConnection(
                this, channel, String.valueOf(opened.remoteAddress().hostAddress()));
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace("httpDecoder", "httpDecoder", new RequestDecoder(options, connection));
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(512, 2048, READ_BYTES_MAX).maxMessagesPerRead(READS_MAX));
        if (open.size() >= config.connectionsMax() && !closeOldest(strangers)) {
            connection.refuse(HttpResponseStatus.SERVICE_UNAVAILABLE);
            return;
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
        // Not the close handler of the connection, which an upgrade to a WebSocket removes.
        channel.closeFuture().addListener(closed -> remove(connection));
    }

    void authenticated(ClientConnection connection) {
        removeStranger(connection);
    }

    private boolean closeOldest(Set<ClientConnection> connections) {
        if (connections.isEmpty()) {
            return false;
        }
        ClientConnection oldest = connections.iterator().next();
        remove(oldest);
        oldest.close();
        return true;
    }

    private void remove(ClientConnection connection) {
        open.remove(connection);
        removeStranger(connection);
    }

    private void removeStranger(ClientConnection connection) {
        strangers.remove(connection);
        strangersByAddress.computeIfPresent(connection.address(), (address, connections) -> {
            connections.remove(connection);
            return connections.isEmpty() ? null : connections;
        });
    }

    /**
     * A one-shot timer, set again each time, does not count time in which the event loop was blocked: input that
     * arrived meanwhile is read before it fires again.
     */
    private void tickLater() {
        vertx.setTimer(tickMillis, timer -> {
            long headersMillisMax = config.headerTimeout().toMillis();
            List.copyOf(open).forEach(connection -> connection.onTick(tickMillis, headersMillisMax));
            tickLater();
        });
    }
}
