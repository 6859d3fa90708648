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

/** A client's connection, from its first byte to its last. Used on its event loop only. */
public final class ClientConnection {
    private static final AttributeKey<ClientConnection> KEY = AttributeKey.valueOf("runlog.connection");

    private final ConnectionLimits limits;
    private final Channel channel;
    private final String address;
    private boolean authenticated;
    private boolean hadRequest;
    /**
     * Time that the headers of a request have been incomplete, from the start for the first one; negative if complete.
     */
    private long headersMillis = 0;

    private @Nullable Transfer transfer;

    /** Something that a client sends within a time limit. */
    public interface Transfer {
        /** Called regularly with the time since the last call. */
        void onTick(long millis);

        /** Called when the input cannot be read; nothing follows. */
        void onInvalid();
    }

    ClientConnection(ConnectionLimits limits, Channel channel, String address) {
        this.limits = limits;
        this.channel = channel;
        this.address = address;
        channel.attr(KEY).set(this);
    }

    /** The connection of a request. */
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

    /** Marks the connection as authenticated. */
    public void authenticated() {
        if (!authenticated) {
            authenticated = true;
            limits.authenticated(this);
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

    /** Replies to an incomplete request, and closes. */
    void refuse(HttpResponseStatus status) {
        String answer = String.join(
                "\r\n", "HTTP/1.1 " + status, "Retry-After: 1", "Connection: close", "Content-Length: 0", "", "");
        // Written from the decoder's position in the pipeline, it passes TLS but not the encoder of responses.
        Object unused = channel.pipeline()
                .context(RequestDecoder.class)
                .writeAndFlush(ByteBufUtil.writeAscii(channel.alloc(), answer));
        close();
    }

    /** Closes the connection; called on any event loop. */
    void closeOnItsLoop() {
        if (channel.eventLoop().inEventLoop()) {
            close();
        } else {
            channel.eventLoop().execute(this::close);
        }
    }

    void close() {
        headersMillis = -1;
        Object unused = channel.close();
    }
}
