package dev.runlog.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Checks that text messages are UTF-8 (RFC 6455, section 8.1). The library would replace other bytes. */
final class TextCheck {
    private static final int CHARS = 1024;

    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    /** The bytes at the end of a frame that begin a character of the next one. */
    private byte[] rest = {};

    private boolean inText;

    /** Whether the frame may belong to a valid message, after those before it. */
    boolean accepts(WebSocketFrame frame) {
        if (frame instanceof TextWebSocketFrame) {
            inText = true;
            rest = new byte[0];
        } else if (frame instanceof BinaryWebSocketFrame) {
            inText = false;
        }
        // Pings, pongs and closes may come between the frames of a message.
        if (!inText || !(frame instanceof TextWebSocketFrame || frame instanceof ContinuationWebSocketFrame)) {
            return true;
        }
        ByteBuf content = frame.content();
        if (frame instanceof TextWebSocketFrame && frame.isFinalFragment()) {
            return ByteBufUtil.isText(content, content.readerIndex(), content.readableBytes(), StandardCharsets.UTF_8);
        }
        return decode(content, frame.isFinalFragment());
    }

    private boolean decode(ByteBuf content, boolean last) {
        ByteBuffer bytes =
                ByteBuffer.allocate(rest.length + content.readableBytes()).put(rest);
        content.getBytes(content.readerIndex(), bytes);
        bytes.flip();
        decoder.reset();
        CharBuffer chars = CharBuffer.allocate(CHARS);
        CoderResult result = decoder.decode(bytes, chars, last);
        while (result.isOverflow()) {
            chars.clear();
            result = decoder.decode(bytes, chars, last);
        }
        rest = new byte[bytes.remaining()];
        bytes.get(rest);
        return !result.isError();
    }
}
