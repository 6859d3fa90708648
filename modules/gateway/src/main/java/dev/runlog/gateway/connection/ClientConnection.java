package dev.runlog.gateway.connection;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.http.WebSocketInternal;
import org.jspecify.annotations.Nullable;

/** One client's connection, from its first byte to its last; used on its event loop only. */
public final class ClientConnection {
    private static final AttributeKey<ClientConnection> KEY = AttributeKey.valueOf("runlog.connection");

    private final Connections connections;
    private final Channel channel;
    private final String address;
    private boolean authenticated;
    private boolean hadRequest;
    /** How long the headers of a request have been incomplete, the first one from the start; negative for none begun. */
    private long headersMillis = 0;

    private @Nullable Transfer transfer;

    /** Something that a client sends and that must not take for ever. */
    public interface Transfer {
        /** Called every now and then with the time since the last call. */
        void onTick(long millis);

        /** Called when what was sent cannot be read; nothing more comes. */
        void onInvalid();
    }

    ClientConnection(Connections connections, Channel channel, String address) {
        this.connections = connections;
        this.channel = channel;
        this.address = address;
        channel.attr(KEY).set(this);
    }

    /** The connection that a request came by. */
    public static ClientConnection of(HttpServerRequest request) {
        return of(((HttpServerConnection) request.connection()).channelHandlerContext());
    }

    /** The connection of a WebSocket. */
    public static ClientConnection of(ServerWebSocket socket) {
        return of(((WebSocketInternal) socket).channelHandlerContext());
    }

    private static ClientConnection of(ChannelHandlerContext ctx) {
        return ctx.channel().attr(KEY).get();
    }

    /** The client's IP address, or that of a proxy. */
    public String address() {
        return address;
    }

    /** Whether a request was authenticated on this connection. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** Notes that the client is known: the connection no longer counts as one of a stranger. */
    public void authenticated() {
        if (!authenticated) {
            authenticated = true;
            connections.authenticated(this);
        }
    }

    /** Reports time to a transfer until {@link #untrack}; a connection has one at a time. */
    public void track(Transfer begun) {
        transfer = begun;
    }

    public void untrack(Transfer ended) {
        if (transfer == ended) {
            transfer = null;
        }
    }

    void headersBegun() {
        if (headersMillis < 0) {
            headersMillis = 0;
        }
    }

    void headersRead() {
        hadRequest = true;
        headersMillis = -1;
    }

    void bodyInvalid() {
        if (transfer != null) {
            transfer.onInvalid();
        }
    }

    void onTick(long millis, long headersMillisMax) {
        if (transfer != null) {
            transfer.onTick(millis);
        }
        if (headersMillis >= 0) {
            headersMillis += millis;
            if (headersMillis > headersMillisMax) {
                if (hadRequest) {
                    close();
                } else {
                    refuse(HttpResponseStatus.REQUEST_TIMEOUT);
                }
            }
        }
    }

    /** Answers before there is a whole request, and closes. */
    void refuse(HttpResponseStatus status) {
        String answer = String.join(
                "\r\n", "HTTP/1.1 " + status, "Retry-After: 1", "Connection: close", "Content-Length: 0", "", "");
        // From the decoder's place in the pipeline it passes TLS only, not the encoder of responses.
        Object unused = channel.pipeline()
                .context(RequestDecoder.class)
                .writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), answer));
        close();
    }

    void close() {
        headersMillis = -1;
        Object unused = channel.close();
    }
}
