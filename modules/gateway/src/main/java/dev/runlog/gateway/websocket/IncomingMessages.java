package dev.runlog.gateway.websocket;

import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphql.protocol.ResultSubscriber;
import dev.runlog.gateway.memory.ByteBudget;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Handles the messages of one socket one by one; owners take turns. A flood of messages, valid or not, delays only its
 * sender. The socket is not read while a message waits.
 */
final class IncomingMessages {
    /** All clients that are not authenticated yet take turns as one owner. */
    private static final String STRANGER = "";
    /** Bytes to read at once: some hundred of the smallest frames, which take no turns. */
    private static final int READ_BYTES_MAX = 4096;

    private final ServerWebSocket socket;
    private final Operations runner;
    private final IncomingBytes bytes;
    private final Consumer<String> handler;
    private final BiConsumer<CloseCode, String> onRefused;
    private String owner = STRANGER;
    private boolean handling;
    private boolean closed;

    /**
     * @param handler called with each message
     * @param onRefused called when the socket must be closed
     */
    IncomingMessages(
            ServerWebSocket socket,
            Operations runner,
            IncomingBytes bytes,
            Consumer<String> handler,
            BiConsumer<CloseCode, String> onRefused) {
        this.socket = socket;
        this.runner = runner;
        this.bytes = bytes;
        this.handler = handler;
        this.onRefused = onRefused;
        ((WebSocketInternal) socket)
                .channelHandlerContext()
                .channel()
                .config()
                .setRecvByteBufAllocator(
                        new AdaptiveRecvByteBufAllocator(512, 2048, READ_BYTES_MAX).maxMessagesPerRead(1));
        socket.textMessageHandler(this::onMessage);
    }

    /** Handles further messages in the turns of this owner. */
    void trust(String known) {
        owner = known;
    }

    /** Ignores further messages. */
    void close() {
        closed = true;
        readOrPause();
    }

    private void onMessage(String text) {
        if (closed) {
            return;
        }
        int size = text.length();
        if (!bytes.add(size)) {
            onRefused.accept(
                    CloseCode.TRY_AGAIN_LATER,
                    String.valueOf(ByteBudget.exhausted().getMessage()));
            return;
        }
        handling = true;
        readOrPause();
        runner.inTurn(owner, () -> {
                    if (!closed) {
                        handler.accept(text);
                    }
                })
                .onFailure(failure -> onRefused.accept(
                        CloseCode.TRY_AGAIN_LATER,
                        String.valueOf(
                                ResultSubscriber.toRunlogException(failure).getMessage())))
                .onComplete(done -> {
                    bytes.remove(size);
                    handling = false;
                    readOrPause();
                });
    }

    /** Stops reading while the client reads nothing, so replies to its messages do not accumulate. */
    void readOrPause() {
        boolean paused = !closed && !socket.isClosed() && (handling || socket.writeQueueFull());
        bytes.setPaused(paused);
        if (paused) {
            socket.pause();
        } else {
            socket.resume();
        }
    }
}
