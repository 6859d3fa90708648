package dev.runlog.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;
import org.quicktheories.core.RandomnessSource;

final class MessageDecoderFuzzTest {
    private static final int MESSAGE_BYTES_MAX = 2000;
    private static final int CONTROL_FRAME_BYTES_MAX = 131;
    /** What a client sends, and in which parts it arrives. */
    private record Sent(List<byte[]> parts) {
        @Override
        public String toString() {
            return parts.stream().map(ByteBufUtil::hexDump).toList().toString();
        }
    }

    /** What became of it: the kinds and contents of frames, why the client was refused, and what waited meanwhile. */
    private record Received(List<String> frames, List<String> refusals, List<Long> held) {}

    @Test
    void decodesOrRefusesAnyBytesWithinTheLimits() {
        Fuzz.check(sent(true), sent -> decode(sent.parts()));
    }

    @Test
    void decodesTheSameWhereverTheBytesAreCut() {
        Fuzz.check(sent(false), sent -> {
            Received whole = decode(List.of(concatenated(sent.parts())));
            Received inParts = decode(sent.parts());

            assertThat(inParts.frames()).isEqualTo(whole.frames());
            assertThat(inParts.refusals()).isEqualTo(whole.refusals());
        });
    }

    @Test
    void takesAPingBetweenTheFramesOfALongMessage() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(encoded(new TextWebSocketFrame(false, 0, content(MESSAGE_BYTES_MAX - 1))));
        bytes.writeBytes(encoded(new PingWebSocketFrame(content(125))));
        bytes.writeBytes(encoded(new ContinuationWebSocketFrame(true, 0, content(1))));

        Received received = decode(singleBytes(bytes.toByteArray()));

        assertThat(received.refusals()).isEmpty();
        assertThat(received.frames()).hasSize(3);
    }

    @Test
    void checksTextThatAPingInterrupts() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(encoded(new TextWebSocketFrame(false, 0, content(1))));
        bytes.writeBytes(encoded(new PingWebSocketFrame(content(1))));
        bytes.writeBytes(
                encoded(new ContinuationWebSocketFrame(true, 0, Unpooled.wrappedBuffer(new byte[] {(byte) 0xff}))));

        assertThat(decode(List.of(bytes.toByteArray())).refusals()).containsExactly("INVALID_TEXT");
    }

    @Test
    void holdsNothingOfWhatItRefused() {
        byte[] tooLarge = encoded(new TextWebSocketFrame(content(MESSAGE_BYTES_MAX + 500)));

        assertThat(decode(List.of(tooLarge)).held()).containsOnly(0L);
        assertThat(decode(singleBytes(tooLarge)).held()).endsWith(0L);
    }

    private static List<byte[]> singleBytes(byte[] bytes) {
        List<byte[]> parts = new ArrayList<>();
        for (byte one : bytes) {
            parts.add(new byte[] {one});
        }
        return parts;
    }

    private static Received decode(List<byte[]> parts) {
        Received received = new Received(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(List.of(0L)));
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast("wsdecoder", new ChannelInboundHandlerAdapter());
        MessageDecoder.install(
                channel.pipeline(), MESSAGE_BYTES_MAX, 4 * MESSAGE_BYTES_MAX, new MessageDecoder.Listener() {
                    @Override
                    public void onHeld(long bytes) {
                        received.held().add(bytes);
                        assertThat(bytes).isBetween(0L, 2L * MESSAGE_BYTES_MAX + CONTROL_FRAME_BYTES_MAX);
                    }

                    @Override
                    public void onRefused(CloseCode code, String reason) {
                        received.refusals().add(code.name());
                    }
                });
        int messageBytes = 0;
        for (byte[] part : parts) {
            channel.writeInbound(Unpooled.wrappedBuffer(part));
            for (WebSocketFrame frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
                boolean ofMessage = frame instanceof TextWebSocketFrame
                        || frame instanceof BinaryWebSocketFrame
                        || frame instanceof ContinuationWebSocketFrame;
                if (ofMessage) {
                    messageBytes += frame.content().readableBytes();
                    assertThat(messageBytes).isLessThanOrEqualTo(MESSAGE_BYTES_MAX);
                    messageBytes = frame.isFinalFragment() ? 0 : messageBytes;
                }
                received.frames()
                        .add(frame.getClass().getSimpleName()
                                + frame.isFinalFragment()
                                + ByteBufUtil.hexDump(frame.content()));
                frame.release();
            }
        }
        channel.finishAndReleaseAll();
        assertThat(received.refusals()).hasSizeLessThanOrEqualTo(1);
        return received;
    }

    private static Gen<Sent> sent(boolean damaged) {
        return random -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            int frames = Inputs.draw(random, 0, 6);
            boolean inMessage = false;
            for (int i = 0; i < frames; i++) {
                WebSocketFrame frame = frame(random, inMessage);
                inMessage = frame instanceof PingWebSocketFrame ? inMessage : !frame.isFinalFragment();
                bytes.writeBytes(encoded(frame));
            }
            byte[] all = bytes.toByteArray();
            return new Sent(Inputs.parts(random, damaged ? Inputs.damaged(random, all) : all));
        };
    }

    private static WebSocketFrame frame(RandomnessSource random, boolean inMessage) {
        if (Inputs.draw(random, 0, 4) == 4) {
            return new PingWebSocketFrame(content(Inputs.draw(random, 0, 125)));
        }
        boolean last = Inputs.draw(random, 0, 1) == 0;
        ByteBuf content = content(Inputs.draw(random, 0, MESSAGE_BYTES_MAX + 100));
        return inMessage ? new ContinuationWebSocketFrame(last, 0, content) : new TextWebSocketFrame(last, 0, content);
    }

    private static ByteBuf content(int size) {
        return Unpooled.copiedBuffer("x".repeat(size), StandardCharsets.US_ASCII);
    }

    private static byte[] encoded(WebSocketFrame frame) {
        EmbeddedChannel channel = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
        channel.writeOutbound(frame);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            bytes.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        channel.finishAndReleaseAll();
        return bytes.toByteArray();
    }

    private static byte[] concatenated(List<byte[]> parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
