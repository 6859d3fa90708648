package dev.runlog.gateway.connection;

import dev.runlog.gateway.config.GatewayConfig;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The connections of one event loop. One timer checks all their deadlines. */
public final class Connections {
    /** Bytes of one read. After a pause, a few reads still arrive, so they are smaller than the default of 64 KB. */
    private static final int READ_BYTES_MAX = 32 << 10;

    private static final int READS_MAX = 2;
    private static final long TICK_MILLIS_MAX = 500;

    private final Vertx vertx;
    private final GatewayConfig.Http config;
    private final HttpServerOptions options;
    private final long tickMillis;
    private final ConnectionLimits limits;
    private final Set<ClientConnection> open = new LinkedHashSet<>();

    /** Call it on the event loop. */
    public Connections(Vertx vertx, GatewayConfig.Http config, HttpServerOptions options, ConnectionLimits limits) {
        this.vertx = vertx;
        this.config = config;
        this.options = options;
        this.limits = limits;
        this.tickMillis = Math.max(
                10,
                Math.min(
                        TICK_MILLIS_MAX,
                        Math.min(
                                        config.headerTimeout().toMillis(),
                                        config.bodyTimeout().toMillis())
                                / 4));
        tickLater();
    }

    /** Adds a connection that was just opened. */
    public void accept(HttpConnection opened) {
        Channel channel =
                ((HttpServerConnection) opened).channelHandlerContext().channel();
        ClientConnection connection = new ClientConnection(
                limits, channel, String.valueOf(opened.remoteAddress().hostAddress()));
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace("httpDecoder", "httpDecoder", new RequestDecoder(options, connection));
        channel.config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(512, 2048, READ_BYTES_MAX).maxMessagesPerRead(READS_MAX));
        if (!limits.add(connection)) {
            connection.refuse(HttpResponseStatus.SERVICE_UNAVAILABLE);
            return;
        }
        open.add(connection);
        // Not the close handler of the connection, which an upgrade to a WebSocket removes.
        channel.closeFuture().addListener(closed -> {
            open.remove(connection);
            limits.remove(connection);
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
