package dev.runlog.gateway.websocket;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.json.JsonReader;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.text.DurationText;
import dev.runlog.gateway.auth.AuthenticatedViewer;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.gateway.live.SlowClientTimer;
import dev.runlog.gateway.memory.ByteBudget;
import dev.runlog.gateway.memory.SendBudget;
import graphql.GraphQLError;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContentDecompressor;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The socket of one client: its initialisation, its operations by ID, and its pings. While the write queue of the
 * socket is full, nothing is sent; operations request their next result when it drains.
 */
final class WebSocketConnection {
    private static final long NO_TIMER = -1;
    /** Maximum number of messages that wait for the end of the turn of the event loop. */
    private static final int FLUSHES_HELD_MAX = 64;
    /** How long a refused socket stays open, so its client can read the reason. */
    private static final long REFUSED_MILLIS_MAX = 1000;

    private final Vertx vertx;
    private final ServerWebSocket socket;
    private final Operations runner;
    private final Authenticator authenticator;
    private final GatewayConfig.Live config;
    private final IncomingBytes incoming;
    private final IncomingMessages messages;
    private final OpenStreams open;
    private final int pingSlot;
    private final SlowClientTimer slowClientTimer;
    private final Map<String, Operation> operations = new HashMap<>();
    private boolean initialising;
    private @Nullable Viewer viewer;
    private @Nullable SendBudget sendBudget;
    private long initTimer = NO_TIMER;
    private long expiryTimer = NO_TIMER;
    private boolean pongDue;
    private boolean closed;
    private boolean gone;

    WebSocketConnection(
            Vertx vertx,
            ServerWebSocket socket,
            Operations runner,
            Authenticator authenticator,
            GatewayConfig config,
            ByteBudget budget,
            OpenStreams open,
            int pingSlot) {
        this.vertx = vertx;
        this.socket = socket;
        this.runner = runner;
        this.authenticator = authenticator;
        this.config = config.live();
        this.incoming = new IncomingBytes(socket, config, budget, this::onRefused);
        this.messages = new IncomingMessages(socket, runner, incoming, this::onMessage, this::close);
        this.open = open;
        this.pingSlot = pingSlot;
        this.slowClientTimer = new SlowClientTimer(vertx, config.live().slowSubscriberTimeout(), this::tooSlow);
    }

    void open() {
        initTimer = vertx.setTimer(
                config.connectionInitTimeout().toMillis(),
                timer -> close(CloseCode.INITIALISATION_TIMEOUT, "Connection initialisation timeout"));
        removeHttpHandlers(((WebSocketInternal) socket).channelHandlerContext().pipeline());
        socket.exceptionHandler(failure -> {});
        socket.pongHandler(pong -> pongDue = false);
        socket.drainHandler(drained -> onDrained());
        socket.binaryMessageHandler(message -> close(CloseCode.BAD_MESSAGE, "Messages must be text"));
    }

    /**
     * Removes handlers that only HTTP needs, and delays flushes until the end of the turn of the event loop: the events
     * of one announcement are sent with one system call, and received with one.
     */
    private static void removeHttpHandlers(ChannelPipeline pipeline) {
        for (Class<? extends ChannelHandler> ofHttp :
                List.of(ChunkedWriteHandler.class, HttpContentDecompressor.class)) {
            if (pipeline.get(ofHttp) != null) {
                pipeline.remove(ofHttp);
            }
        }
        pipeline.addFirst(new FlushConsolidationHandler(FLUSHES_HELD_MAX, true));
    }

    /** Nothing else that the client sends is decoded, not even its close, so the socket is cut after a while. */
    private void onRefused(CloseCode code, String reason) {
        close(code, reason);
        vertx.setTimer(REFUSED_MILLIS_MAX, timer -> cut());
    }

    /** Cancels all operations. */
    void onClosed() {
        closed = true;
        gone = true;
        messages.close();
        for (long timer : new long[] {initTimer, expiryTimer}) {
            vertx.cancelTimer(timer);
        }
        slowClientTimer.stop();
        cancelAll();
        incoming.release();
        if (viewer != null) {
            open.remove(viewer.subject());
        }
    }

    private void cancelAll() {
        for (Operation operation : List.copyOf(operations.values())) {
            end(operation);
            operation.cancel();
        }
    }

    Future<Void> goAway() {
        return CloseCode.GOING_AWAY.close(socket, "The server is stopping");
    }

    private void onMessage(String text) {
        Map<String, Object> message;
        try {
            message = JsonReader.readObject(text, "A message");
        } catch (RunlogException malformed) {
            close(CloseCode.BAD_MESSAGE, malformed.getMessage());
            return;
        }
        switch (message.get("type") instanceof String type ? type : "") {
            case "connection_init" -> onInit(message);
            case "ping" -> onPing(message);
            case "pong" -> pongDue = false;
            case "subscribe" -> onSubscribe(message, text.length());
            case "complete" -> onComplete(message);
            default -> close(CloseCode.BAD_MESSAGE, "Unknown message type");
        }
    }

    private void onPing(Map<String, Object> message) {
        Object payload = message.get("payload");
        if (payload == null || payload instanceof Map) {
            send("pong", null, payload);
        } else {
            close(CloseCode.BAD_MESSAGE, "The payload of ping must be an object");
        }
    }

    private void onInit(Map<String, Object> message) {
        if (initialising) {
            close(CloseCode.TOO_MANY_INITIALISATIONS, "Too many initialisation requests");
            return;
        }
        initialising = true;
        vertx.cancelTimer(initTimer);
        Object payload = message.get("payload");
        if (payload != null && !(payload instanceof Map)) {
            close(CloseCode.BAD_MESSAGE, "The payload of connection_init must be an object");
            return;
        }
        String token = tokenOf(payload);
        Future<AuthenticatedViewer> authenticated =
                token == null ? Credentials.of(socket).authenticate(authenticator) : authenticator.authenticate(token);
        authenticated
                .onSuccess(this::acknowledge)
                .onFailure(refused -> close(CloseCode.FORBIDDEN, refused.getMessage()));
    }

    /** The token in the payload, for scripts in browsers, which cannot set headers; null if there is none. */
    private static @Nullable String tokenOf(@Nullable Object payload) {
        if (payload instanceof Map<?, ?> members) {
            for (Map.Entry<?, ?> member : members.entrySet()) {
                String name = String.valueOf(member.getKey());
                if (member.getValue() instanceof String value
                        && (name.equalsIgnoreCase("authorization") || name.equals("token"))) {
                    return value.regionMatches(true, 0, "Bearer ", 0, 7) ? value : "Bearer " + value;
                }
            }
        }
        return null;
    }

    private void acknowledge(AuthenticatedViewer authenticated) {
        if (closed) {
            return;
        }
        try {
            open.add(authenticated.viewer().subject());
        } catch (RunlogException tooMany) {
            close(CloseCode.TOO_MANY_STREAMS, tooMany.getMessage());
            return;
        }
        viewer = authenticated.viewer();
        sendBudget = runner.sendBudget(authenticated.viewer());
        incoming.trust(authenticated.viewer().subject());
        messages.trust(authenticated.viewer().subject());
        // They are not needed any more, and the library keeps them as long as the socket.
        socket.headers().clear();
        long millisLeft = Math.max(
                1, Duration.between(Instant.now(), authenticated.expiresAt()).toMillis());
        expiryTimer = vertx.setTimer(millisLeft, timer -> expire());
        send("connection_ack", null, null);
    }

    /** Closes the socket rather than each operation, so clients connect again with a new token and their cursors. */
    private void expire() {
        cancelAll();
        close(CloseCode.FORBIDDEN, "The token has expired.");
    }

    private void onSubscribe(Map<String, Object> message, int requestBytes) {
        if (viewer == null) {
            close(CloseCode.UNAUTHORIZED, "Unauthorized");
            return;
        }
        if (!(message.get("id") instanceof String id) || id.isEmpty()) {
            close(CloseCode.BAD_MESSAGE, "'id' must be a string that is not empty");
            return;
        }
        if (!(message.get("payload") instanceof Map<?, ?> payload)) {
            close(CloseCode.BAD_MESSAGE, "'payload' must be an object");
            return;
        }
        if (operations.containsKey(id)) {
            close(CloseCode.SUBSCRIBER_EXISTS, "Subscriber for " + id + " already exists");
            return;
        }
        GraphqlRequest request;
        try {
            Map<String, Object> members = new LinkedHashMap<>();
            payload.forEach((name, value) -> members.put(String.valueOf(name), value));
            request = GraphqlRequest.of(members);
        } catch (RunlogException malformed) {
            close(CloseCode.BAD_MESSAGE, malformed.getMessage());
            return;
        }
        if (operations.size() >= config.subscriptionsPerSocketMax()) {
            sendErrors(
                    id,
                    GraphqlErrors.refusal(RunlogException.overloaded(
                                    "Too many operations on this socket: " + operations.size()
                                            + " (live.subscriptions-per-socket-max).",
                                    Duration.ofSeconds(1)))
                            .getErrors());
            return;
        }
        if (!incoming.add(requestBytes)) {
            sendErrors(id, GraphqlErrors.refusal(ByteBudget.exhausted()).getErrors());
            return;
        }
        run(new Operation(id, this, requestBytes), request, viewer);
    }

    private void run(Operation operation, GraphqlRequest request, Viewer asking) {
        operations.put(operation.id(), operation);
        runner.run(request, asking, operation);
    }

    private void onComplete(Map<String, Object> message) {
        if (!(message.get("id") instanceof String id)) {
            close(CloseCode.BAD_MESSAGE, "'id' must be a string");
            return;
        }
        Operation operation = operations.get(id);
        if (operation != null) {
            end(operation);
            operation.cancel();
        }
    }

    /** The group of sockets with which it is pinged. */
    int pingSlot() {
        return pingSlot;
    }

    /** Pings the client, or closes the socket if it did not reply to the last ping. */
    void ping() {
        if (!isOpen() || socket.writeQueueFull()) {
            // A ping would wait behind what the client does not read; the timer for slow clients handles that.
            return;
        }
        if (pongDue) {
            close(CloseCode.GOING_AWAY, "No pong received");
            return;
        }
        pongDue = true;
        socket.writePing(Buffer.buffer("runlog"));
    }

    boolean isWritable() {
        return isOpen() && !socket.writeQueueFull();
    }

    /** The socket may be closed before its close handler was called. */
    private boolean isOpen() {
        return !closed && !socket.isClosed();
    }

    /** Removes an operation; returns whether it was still running. */
    boolean end(Operation operation) {
        boolean there = operations.remove(operation.id(), operation);
        if (there) {
            incoming.remove(operation.requestBytes());
        }
        return there;
    }

    void sendErrors(String id, List<GraphQLError> errors) {
        send("error", id, errors.stream().map(GraphQLError::toSpecification).toList());
    }

    void send(String type, @Nullable String id, @Nullable Object payload) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", type);
        if (id != null) {
            message.put("id", id);
        }
        if (payload != null) {
            message.put("payload", payload);
        }
        sendText(JsonWriter.write(message).toString());
    }

    /** Sends one of many results, which counts as queued until it is sent. */
    void sendEvent(String message) {
        SendBudget own = Objects.requireNonNull(sendBudget);
        if (own.reserve(message)) {
            sendText(message).onComplete(sent -> own.release(message));
        } else {
            cancelAll();
            close(CloseCode.TRY_AGAIN_LATER, SendBudget.full().getMessage());
        }
    }

    Future<Void> sendText(String message) {
        if (!isOpen()) {
            return Future.failedFuture("The socket is closed.");
        }
        Future<Void> sent = socket.writeTextMessage(message);
        if (socket.writeQueueFull()) {
            messages.readOrPause();
            slowClientTimer.start();
        }
        return sent;
    }

    private void onDrained() {
        slowClientTimer.stop();
        pongDue = false;
        messages.readOrPause();
        List.copyOf(operations.values()).forEach(Operation::pull);
    }

    private void tooSlow() {
        cancelAll();
        close(
                CloseCode.TRY_AGAIN_LATER,
                "The client did not read for " + DurationText.of(config.slowSubscriberTimeout()));
    }

    private void cut() {
        if (!gone) {
            Object unused = ((WebSocketInternal) socket).channelHandlerContext().close();
        }
    }

    private void close(CloseCode code, @Nullable String reason) {
        if (isOpen()) {
            closed = true;
            messages.close();
            code.close(socket, reason == null ? "" : reason);
            // A client that reads nothing does not read the close frame, and the library waits until it is written.
            vertx.setTimer(config.closeTimeout().toMillis(), timer -> cut());
        }
    }
}
