package dev.runlog.gateway.auth;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.connection.ClientConnection;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of a request: its {@code Authorization} header or, without one, the session cookie. Browsers send the
 * cookie for any page. A request that changes something or opens a WebSocket or an event stream must therefore come
 * from a page of this server ({@link BrowserOrigin}); any other request is refused only if it names another origin.
 */
public final class Credentials {
    private final ClientConnection connection;
    private final MultiMap headers;
    private final @Nullable String host;
    private final boolean secure;
    private final boolean needsSameOrigin;

    private Credentials(
            ClientConnection connection,
            MultiMap headers,
            @Nullable String host,
            boolean tls,
            boolean needsSameOrigin) {
        this.connection = connection;
        this.headers = headers;
        this.host = host;
        this.secure = tls || isForwardedHttps(headers);
        this.needsSameOrigin = needsSameOrigin;
    }

    public static Credentials of(HttpServerRequest request) {
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        return new Credentials(
                ClientConnection.of(request),
                request.headers(),
                host(request),
                request.isSSL(),
                !reads || takesEventStream(request));
    }

    /** Those of a WebSocket's upgrade. */
    public static Credentials of(ServerWebSocket socket) {
        MultiMap headers = socket.headers();
        return new Credentials(
                ClientConnection.of(socket), headers, headers.get(HttpHeaders.HOST), socket.isSsl(), true);
    }

    /** Fails with {@code UNAUTHENTICATED}, or with {@code FORBIDDEN} if the cookie comes from another origin's page. */
    public Future<AuthenticatedViewer> authenticate(Authenticator authenticator) {
        return check(authenticator).onSuccess(known -> connection.authenticated());
    }

    private Future<AuthenticatedViewer> check(Authenticator authenticator) {
        String header = headers.get(HttpHeaders.AUTHORIZATION);
        if (header != null) {
            return authenticator.authenticate(header);
        }
        String token = SessionCookie.find(headers, secure);
        if (token == null || token.isEmpty()) {
            return authenticator.authenticate(null);
        }
        BrowserOrigin origin = origin();
        if (origin == BrowserOrigin.FOREIGN || needsSameOrigin && origin != BrowserOrigin.SAME) {
            return Future.failedFuture(RunlogException.forbidden(
                    "The session cookie is accepted only from pages of this server; the request names another origin "
                            + "or none. Other clients send the token in the Authorization header."));
        }
        return authenticator.authenticate("Bearer " + token);
    }

    /** Where the request comes from. */
    public BrowserOrigin origin() {
        return BrowserOrigin.of(headers, host, secure);
    }

    /** Whether the browser uses HTTPS, as far as this server or the proxy in front of it can say. */
    public boolean isSecure() {
        return secure;
    }

    private static @Nullable String host(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.HOST);
        return header != null || request.authority() == null
                ? header
                : request.authority().toString();
    }

    private static boolean takesEventStream(HttpServerRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("text/event-stream");
    }

    /** Pages of other origins cannot set this header: browsers send a preflight request first. */
    private static boolean isForwardedHttps(MultiMap headers) {
        String scheme = headers.get("X-Forwarded-Proto");
        return scheme != null && scheme.split(",", 2)[0].trim().equalsIgnoreCase("https");
    }
}
