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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Vert.x's decoder, stricter about headers and about where a body ends. Two servers that disagree about either let a
 * client smuggle a request past the first one (RFC 9112, sections 3.2, 5.2, 6.1 and 11.2). It also notifies the
 * connection when headers begin and end.
 */
public final class RequestDecoder extends VertxHttpRequestDecoder {
    private final ClientConnection connection;
    /** Characters of a host and a port; RFC 3986, section 3.2.2. */
    private static final Pattern HOST = Pattern.compile("[\\w.~%!$&'()*+;=:\\[\\]-]*");

    /** Whether the headers of a request were read, but not the end of its body. */
    private boolean inBody;

    /** Whether the request line was read, but not all headers. */
    private boolean inHeaders;

    /** Whether a header continues on a line that starts with a space or tab, which the library would join. */
    private boolean folded;

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
        int start = buffer.readerIndex();
        super.decode(ctx, buffer, out);
        if (!inBody) {
            findFolding(buffer, start);
        }
        for (int i = before; i < out.size(); i++) {
            Object decoded = out.get(i);
            if (decoded instanceof HttpRequest request) {
                inBody = true;
                connection.headersRead();
                refuseAmbiguous(request);
                inHeaders = false;
                folded = false;
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

    /** Checks the lines that were just read. They are complete, as the library leaves the rest in the buffer. */
    private void findFolding(ByteBuf buffer, int start) {
        int end = buffer.readerIndex();
        boolean lineBegins = inHeaders;
        for (int i = start; i < end; i++) {
            byte one = buffer.getByte(i);
            if (lineBegins && (one == ' ' || one == '\t')) {
                folded = true;
            }
            lineBegins = one == '\n' && (inHeaders || !isBlank(buffer, start, i));
            inHeaders |= lineBegins;
        }
    }

    /** Empty lines before a request line are skipped. */
    private static boolean isBlank(ByteBuf buffer, int start, int end) {
        for (int i = start; i < end; i++) {
            if (buffer.getByte(i) > ' ') {
                return false;
            }
        }
        return true;
    }

    /** The library would ignore the length and continue. */
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

    private @Nullable String ambiguity(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            request.setProtocolVersion(HttpVersion.HTTP_1_1);
            return "Unsupported HTTP version (expected HTTP/1.1 or HTTP/1.0).";
        }
        if (folded) {
            return "A header continues on a second line, which is obsolete.";
        }
        HttpHeaders headers = request.headers();
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || hosts.isEmpty() && request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return "A request has exactly one Host header, not " + hosts.size() + ".";
        }
        if (!hosts.isEmpty() && !HOST.matcher(hosts.get(0)).matches()) {
            return "Invalid Host header (expected a host name or address, and optionally a port).";
        }
        int authorizations = headers.getAll(HttpHeaderNames.AUTHORIZATION).size();
        if (authorizations > 1) {
            return "A request has at most one Authorization header, not " + authorizations + ".";
        }
        List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!encodings.isEmpty()) {
            if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
                return "A request has either Content-Length or Transfer-Encoding, not both.";
            }
            if (encodings.size() > 1 || !encodings.get(0).trim().equalsIgnoreCase("chunked")) {
                return "Unsupported Transfer-Encoding (expected chunked).";
            }
            if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
                return "Unsupported Transfer-Encoding in HTTP/1.0 (expected HTTP/1.1).";
            }
        }
        boolean hasBody = !encodings.isEmpty()
                || !"0".equals(headers.get(HttpHeaderNames.CONTENT_LENGTH, "0").trim());
        return hasBody && headers.contains(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)
                ? "A WebSocket upgrade has no body."
                : null;
    }

    /** Thrown for a request that servers could read differently. The message is for the client. */
    public static final class AmbiguousFraming extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        AmbiguousFraming(String message) {
            super(message);
        }
    }
}
