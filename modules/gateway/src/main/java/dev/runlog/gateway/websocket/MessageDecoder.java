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

/** Netty's decoder, which bounds messages while they arrive, however they are cut into frames. */
final class MessageDecoder extends WebSocket13FrameDecoder {
    private static final String NAME = "wsdecoder";
    /**
     * What may wait besides a message: a control frame between its frames (RFC 6455, section 5.5), which is larger than
     * the head of any frame.
     */
    private static final int CONTROL_FRAME_BYTES_MAX = 131;

    private static final int DRAIN_BYTES_MAX = 64 << 10;

    /** What the socket does about what it receives. */
    interface Listener {
        /** Called whenever the bytes change that wait for the rest of their message. */
        void onHeld(long bytes);

        /** The client broke a limit or the protocol; what it still sends is not looked at. */
        void onRefused(CloseCode code, String reason);
    }

    private final Listener listener;
    private int messageBytesMax;
    /** Bytes of the frames of a message whose last frame is not here yet. */
    private long fragmentBytes;

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

    /** Takes the place of Vert.x's own decoder, before the first byte of a message. */
    static MessageDecoder install(ChannelPipeline pipeline, int messageBytesMax, int frameBytesMax, Listener listener) {
        MessageDecoder decoder = new MessageDecoder(messageBytesMax, frameBytesMax, listener);
        pipeline.replace(NAME, NAME, decoder);
        return decoder;
    }

    /** Allows larger messages from now on, and reads on without a limit for a while once it refuses one. */
    void trust(int bytes) {
        messageBytesMax = bytes;
        drainsAll = true;
    }

    /** Ignores all that comes from now on. */
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
            // What still waits is drained.
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
            // Its answer would wait behind those that the client does not read.
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
        fragmentBytes = frame.isFinalFragment() ? 0 : messageBytes;
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
        return "Messages may have " + messageBytesMax + " bytes at most";
    }
}
