package dev.runlog.gateway.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's decoder, stricter about where a body ends. Two servers that disagree about it let a client smuggle a request
 * past the first one (RFC 9112, sections 6.1 and 11.2). It also tells the connection when headers begin and end.
 */
public final class RequestDecoder extends VertxHttpRequestDecoder {
    private final ClientConnection connection;
    /** Whether a request's headers were read whose body has not ended. */
    private boolean inBody;

    private boolean refused;

    RequestDecoder(HttpServerOptions options, ClientConnection connection) {
        super(options);
        this.connection = connection;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out) throws Exception {
        if (refused) {
            buffer.skipBytes(buffer.readableBytes());
            return;
        }
        int before = out.size();
        super.decode(ctx, buffer, out);
        for (int i = before; i < out.size(); i++) {
            Object decoded = out.get(i);
            if (decoded instanceof HttpRequest request) {
                inBody = true;
                connection.headersRead();
                refuseAmbiguous(request);
            } else if (decoded instanceof HttpContent content
                    && content.decoderResult().isFailure()) {
                refused = true;
                out.remove(i);
                content.release();
                connection.bodyInvalid();
            }
            if (decoded instanceof LastHttpContent) {
                inBody = false;
            }
        }
        if (!inBody && out.size() == before) {
            connection.headersBegun();
        }
    }

    /** The library would drop the length and go on. */
    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new AmbiguousFraming("A request has either Content-Length or Transfer-Encoding, not both.");
    }

    private void refuseAmbiguous(HttpRequest request) {
        if (!request.decoderResult().isSuccess()) {
            return;
        }
        String reason = ambiguity(request);
        if (reason != null) {
            refused = true;
            request.setDecoderResult(DecoderResult.failure(new AmbiguousFraming(reason)));
        }
    }

    private static @Nullable String ambiguity(HttpRequest request) {
        if (request.protocolVersion().majorVersion() != 1) {
            request.setProtocolVersion(HttpVersion.HTTP_1_1);
            return "Unsupported HTTP version (expected HTTP/1.1).";
        }
        HttpHeaders headers = request.headers();
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!encodings.isEmpty()) {
            if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                return "A request has either Content-Length or Transfer-Encoding, not both.";
            }
            if (encodings.size() > 1 || !encodings.get(0).trim().equalsIgnoreCase("chunked")) {
                return "Unsupported Transfer-Encoding (expected chunked).";
            }
            if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                return "Transfer-Encoding needs HTTP/1.1.";
            }
        }
        boolean hasBody = !encodings.isEmpty()
                || !"0".equals(headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").trim());
        return hasBody && headers.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                ? "A WebSocket upgrade has no body."
                : null;
    }

    /** It is not clear where a request's body ends. The message is for the client. */
    public static final class AmbiguousFraming extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        AmbiguousFraming(String message) {
            super(message);
        }
    }
}
