package dev.runlog.gateway.websocket;

import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.ClientConnection;
import dev.runlog.gateway.memory.ByteBudget;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.function.BiConsumer;

/**
 * The bytes that one socket received and that are still in use: an incomplete message, and the requests of running
 * operations. They are bounded, and an incomplete message must be completed in time.
 */
final class IncomingBytes implements MessageDecoder.Listener, ClientConnection.Transfer {
    private final GatewayConfig.Http config;
    private final ByteBudget budget;
    private final ClientConnection connection;
    private final MessageDecoder decoder;
    private final BiConsumer<CloseCode, String> onRefused;
    private ByteBudget.Share share;
    private long ofMessage;
    private long inWork;
    private long millisOfMessage;
    private boolean paused;
    private boolean released;

    /** @param onRefused called at most once, when the socket must be closed */
    IncomingBytes(
            ServerWebSocket socket, GatewayConfig config, ByteBudget budget, BiConsumer<CloseCode, String> onRefused) {
        this.config = config.http();
        this.budget = budget;
        this.onRefused = onRefused;
        this.connection = ClientConnection.of(socket);
        // All unauthenticated clients share the budget of one owner.
        this.share = budget.open("", connection.address());
        ChannelPipeline pipeline =
                ((WebSocketInternal) socket).channelHandlerContext().pipeline();
        this.decoder = MessageDecoder.install(
                pipeline, config.live().connectionInitMaxBytes(), config.http().bodyMaxBytes(), this);
        connection.track(this);
    }

    /** Raises the limits to those of an authenticated client. */
    void trust(String owner) {
        connection.authenticated();
        decoder.trust(config.bodyMaxBytes());
        share.release();
        share = budget.open(owner, connection.address());
    }

    /** Sets whether reading is paused; paused time does not count. */
    void setPaused(boolean now) {
        paused = now;
    }

    /** Adds a waiting message or the request of an operation; returns whether there is room for it. */
    boolean add(int bytes) {
        if (released || !share.resize(ofMessage + inWork + bytes)) {
            return false;
        }
        inWork += bytes;
        return true;
    }

    void remove(int bytes) {
        inWork -= bytes;
        if (!released) {
            share.resize(ofMessage + inWork);
        }
    }

    /** Releases everything when the socket was closed. */
    void release() {
        released = true;
        connection.untrack(this);
        share.release();
    }

    @Override
    public void onHeld(long bytes) {
        if (bytes == 0) {
            millisOfMessage = 0;
        }
        ofMessage = bytes;
        if (!released && !share.resize(ofMessage + inWork)) {
            refuse(CloseCode.TRY_AGAIN_LATER, ByteBudget.exhausted().getMessage());
        }
    }

    @Override
    public void onRefused(CloseCode code, String reason) {
        onRefused.accept(code, reason);
    }

    @Override
    public void onTick(long millis) {
        if (ofMessage == 0 || paused) {
            return;
        }
        millisOfMessage += millis;
        if (millisOfMessage > config.bodyTimeout().toMillis() + ofMessage * 1000 / config.bodyRateMin()) {
            connection.untrack(this);
            refuse(CloseCode.TRY_AGAIN_LATER, "The message arrived too slowly");
        }
    }

    @Override
    public void onInvalid() {}

    private void refuse(CloseCode code, String reason) {
        decoder.refuse();
        onRefused.accept(code, reason);
    }
}
