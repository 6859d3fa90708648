package dev.runlog.gateway.websocket;

import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.ClientConnection;
import dev.runlog.gateway.memory.ByteBudget;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.function.BiConsumer;

/**
 * The bytes that one socket received and that are not worked off: half a message, and the requests of the operations
 * under way. They are bounded, and half a message has to become a whole one in time.
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

    /** @param onRefused called at most once, when the socket is to be closed */
    IncomingBytes(
            ServerWebSocket socket, GatewayConfig config, ByteBudget budget, BiConsumer<CloseCode, String> onRefused) {
        this.config = config.http();
        this.budget = budget;
        this.onRefused = onRefused;
        this.connection = ClientConnection.of(socket);
        // All whom nobody knows yet share what one owner may have.
        this.share = budget.open("", connection.address());
        ChannelPipeline pipeline =
                ((WebSocketInternal) socket).channelHandlerContext().pipeline();
        this.decoder = MessageDecoder.install(
                pipeline, config.live().connectionInitMaxBytes(), config.http().bodyMaxBytes(), this);
        connection.track(this);
    }

    /** Allows what an authenticated client may send. */
    void trust(String owner) {
        connection.authenticated();
        decoder.trust(config.bodyMaxBytes());
        share.release();
        share = budget.open(owner, connection.address());
    }

    /** Says whether the socket is read; time in which it is not does not count. */
    void setPaused(boolean now) {
        paused = now;
    }

    /** Counts a message that waits, or the request of an operation; returns whether there is room for it. */
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

    /** Gives everything back when the socket is gone. */
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
