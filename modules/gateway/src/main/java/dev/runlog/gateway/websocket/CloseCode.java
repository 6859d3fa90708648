package dev.runlog.gateway.websocket;

import io.vertx.core.Future;
import io.vertx.core.http.WebSocketBase;

/** Reasons to close a socket, with the numbers of RFC 6455 and of the graphql-transport-ws protocol. */
enum CloseCode {
    GOING_AWAY(1001),
    PROTOCOL_ERROR(1002),
    /** Registered as "Invalid frame payload data". */
    INVALID_TEXT(1007),
    /** Registered as "Message Too Big". */
    TOO_LARGE(1009),
    /** Clients such as graphql-ws connect again. */
    TRY_AGAIN_LATER(1013),
    BAD_MESSAGE(4400),
    UNAUTHORIZED(4401),
    FORBIDDEN(4403),
    SUBPROTOCOL_NOT_ACCEPTABLE(4406),
    INITIALISATION_TIMEOUT(4408),
    SUBSCRIBER_EXISTS(4409),
    TOO_MANY_INITIALISATIONS(4429),
    /** Clients such as graphql-ws do not connect again. */
    TOO_MANY_STREAMS(4429);

    private static final int REASON_BYTES_MAX = 120;

    private final short number;

    CloseCode(int number) {
        this.number = (short) number;
    }

    short number() {
        return number;
    }

    /** Closes with a reason of at most 123 bytes, the limit of RFC 6455. */
    Future<Void> close(WebSocketBase socket, String reason) {
        String ascii = reason.replaceAll("[^\\x20-\\x7e]", "?");
        return socket.close(number, ascii.length() > REASON_BYTES_MAX ? ascii.substring(0, REASON_BYTES_MAX) : ascii);
    }
}
