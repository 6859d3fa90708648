package dev.runlog.gateway.websocket;

import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.connection.OpenStreams;
import dev.runlog.gateway.graphql.Operations;
import dev.runlog.gateway.memory.ByteBudget;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The server side of the {@code graphql-transport-ws} protocol, with one {@link WebSocketConnection} for each socket.
 */
public final class GraphqlTransportWs {
    public static final String PROTOCOL = "graphql-transport-ws";

    /**
     * Number of groups of sockets that are pinged in turn during an interval. One timer is cheaper than one for each.
     */
    private static final int PING_SLOTS = 16;

    private final Vertx vertx;
    private final Operations operations;
    private final Authenticator authenticator;
    private final GatewayConfig config;
    private final ByteBudget budget;
    private final OpenStreams open;
    private final Set<WebSocketConnection> connections = new LinkedHashSet<>();
    private int pingSlot;

    public GraphqlTransportWs(
            Vertx vertx,
            Operations operations,
            Authenticator authenticator,
            GatewayConfig config,
            ByteBudget budget,
            OpenStreams open) {
        this.vertx = vertx;
        this.operations = operations;
        this.authenticator = authenticator;
        this.config = config;
        this.budget = budget;
        this.open = open;
        vertx.setPeriodic(Math.max(1, config.live().pingInterval().toMillis() / PING_SLOTS), timer -> ping());
    }

    /** Serves an open socket. */
    public void handle(ServerWebSocket socket) {
        if (!PROTOCOL.equals(socket.subProtocol())) {
            CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE.close(socket, "Subprotocol not acceptable");
            return;
        }
        WebSocketConnection connection =
                new WebSocketConnection(vertx, socket, operations, authenticator, config, budget, open, pingSlot);
        connections.add(connection);
        socket.closeHandler(closed -> {
            connections.remove(connection);
            connection.onClosed();
        });
        connection.open();
    }

    private void ping() {
        pingSlot = (pingSlot + 1) % PING_SLOTS;
        connections.stream()
                .filter(connection -> connection.pingSlot() == pingSlot)
                .toList()
                .forEach(WebSocketConnection::ping);
    }

    /** Closes all sockets, as the server is stopping. */
    public Future<Void> close() {
        return Future.join(List.copyOf(connections).stream()
                        .map(WebSocketConnection::goAway)
                        .toList())
                .<Void>mapEmpty()
                .otherwiseEmpty();
    }
}
