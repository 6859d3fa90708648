package dev.runlog.gateway.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.List;

/** Netty's decoder with a bound on the size of messages and a check of their text, both while their frames arrive. */
final class MessageDecoder extends WebSocket13FrameDecoder {
    private static final String NAME = "wsdecoder";
    /**
     * Allowance for a control frame between the frames of a message (RFC 6455, section 5.5), which is larger than the
     * header of any frame.
     */
    private static final int CONTROL_FRAME_BYTES_MAX = 131;

    private static final int DRAIN_BYTES_MAX = 64 << 10;

    /** Receives events of the decoder. */
    interface Listener {
        /** Called when the number of bytes of incomplete messages changes. */
        void onHeld(long bytes);

        /** Called when the client violated a limit or the protocol; everything else that it sends is ignored. */
        void onRefused(CloseCode code, String reason);
    }

    private final Listener listener;
    private int messageBytesMax;
    /** Bytes of the frames of an incomplete message. */
    private long fragmentBytes;

    private final TextCheck text = new TextCheck();
    private long held;
    private boolean refused;
    private long drained;
    private boolean drainsAll;

    private MessageDecoder(int messageBytesMax, int frameBytesMax, Listener listener) {
        super(WebSocketDecoderConfig.newBuilder()
                .allowExtensions(false)
                .maxFramePayloadLength(frameBytesMax)
                .closeOnProtocolViolation(false)
                .build());
        this.messageBytesMax = messageBytesMax;
        this.listener = listener;
    }

    /** Replaces Vert.x's decoder, before the first byte of a message. */
    static MessageDecoder install(ChannelPipeline pipeline, int messageBytesMax, int frameBytesMax, Listener listener) {
        MessageDecoder decoder = new MessageDecoder(messageBytesMax, frameBytesMax, listener);
        pipeline.replace(NAME, NAME, decoder);
        return decoder;
    }

    /** Allows larger messages from now on, and drains the rest of one that it refuses. */
    void trust(int bytes) {
        messageBytesMax = bytes;
        drainsAll = true;
    }

    /** Ignores everything from now on. */
    void refuse() {
        refused = true;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (refused) {
            drain(ctx, in);
            return;
        }
        int before = out.size();
        try {
            super.decode(ctx, in, out);
        } catch (CorruptedWebSocketFrameException broken) {
            refused = true;
            boolean tooLarge = broken.closeStatus().code() == CloseCode.TOO_LARGE.number();
            listener.onRefused(
                    tooLarge ? CloseCode.TOO_LARGE : CloseCode.PROTOCOL_ERROR,
                    tooLarge ? tooLarge() : String.valueOf(broken.getMessage()));
            hold(0);
            return;
        }
        // One call decodes one frame.
        if (out.size() > before && !accepts(ctx, (WebSocketFrame) out.get(before))) {
            ((WebSocketFrame) out.remove(before)).release();
        }
        long waiting = fragmentBytes + in.readableBytes();
        if (!refused && waiting > messageBytesMax + (long) CONTROL_FRAME_BYTES_MAX && out.size() == before) {
            refuseTooLarge();
        }
        if (refused) {
            // Drains what was received already.
            hold(0);
        } else if (out.size() == before || !in.isReadable()) {
            hold(waiting);
        }
    }

    private void hold(long bytes) {
        if (bytes != held) {
            held = bytes;
            listener.onHeld(bytes);
        }
    }

    private boolean accepts(ChannelHandlerContext ctx, WebSocketFrame frame) {
        if (frame instanceof PingWebSocketFrame) {
            // The reply would wait behind others that the client does not read.
            return ctx.channel().isWritable();
        }
        if (frame instanceof PongWebSocketFrame || frame instanceof CloseWebSocketFrame) {
            return true;
        }
        long messageBytes = fragmentBytes + frame.content().readableBytes();
        if (messageBytes > messageBytesMax) {
            refuseTooLarge();
            return false;
        }
        if (!text.accepts(frame)) {
            refused = true;
            fragmentBytes = 0;
            listener.onRefused(CloseCode.INVALID_TEXT, "Text must be UTF-8");
            return false;
        }
        // At least one: a message of empty frames must have a deadline, too.
        fragmentBytes = frame.isFinalFragment() ? 0 : Math.max(messageBytes, 1);
        return true;
    }

    private void refuseTooLarge() {
        refused = true;
        fragmentBytes = 0;
        listener.onRefused(CloseCode.TOO_LARGE, tooLarge());
    }

    private void drain(ChannelHandlerContext ctx, ByteBuf in) {
        drained += in.readableBytes();
        in.skipBytes(in.readableBytes());
        if (!drainsAll && drained > DRAIN_BYTES_MAX) {
            Object unused = ctx.close();
        }
    }

    private String tooLarge() {
        return "Message too large (at most " + messageBytesMax + " bytes)";
    }
}
