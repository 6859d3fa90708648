package dev.runlog.gateway.session;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.gateway.auth.AuthenticatedViewer;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.BrowserOrigin;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.auth.SessionCookie;
import dev.runlog.gateway.http.Replies;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /session}: {@code POST} signs a browser in with the token in the {@code Authorization} header, {@code GET}
 * shows who is signed in, {@code DELETE} signs out. None of them reads a body.
 */
public final class SessionEndpoints {
    private static final String BEARER = "Bearer ";
    private static final String VERSION = version();

    private final Authenticator authenticator;

    public SessionEndpoints(Authenticator authenticator) {
        this.authenticator = authenticator;
    }

    public void mount(Router router) {
        router.get("/session").handler(this::show);
        router.post("/session").handler(this::signIn);
        router.delete("/session").handler(this::signOut);
    }

    private void show(RoutingContext ctx) {
        answer(ctx, Credentials.of(ctx.request()).authenticate(authenticator));
    }

    private void signIn(RoutingContext ctx) {
        Credentials credentials = Credentials.of(ctx.request());
        requireOwnPage(credentials);
        String header = ctx.request().getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null) {
            throw RunlogException.unauthenticated("The Authorization header with the bearer token is missing.");
        }
        String token =
                header.substring(Math.min(BEARER.length(), header.length())).trim();
        answer(ctx, authenticator.authenticate(header).map(authenticated -> {
            setCookie(ctx, credentials, token, authenticated);
            return authenticated;
        }));
    }

    private void signOut(RoutingContext ctx) {
        Credentials credentials = Credentials.of(ctx.request());
        requireOwnPage(credentials);
        ctx.response()
                .addCookie(SessionCookie.signOut(credentials.isSecure()))
                .setStatusCode(204)
                .end();
    }

    /** Signs the browser in; fails with {@code BAD_INPUT} if the token is too long for a cookie. */
    static void setCookie(
            RoutingContext ctx, Credentials credentials, String token, AuthenticatedViewer authenticated) {
        if (token.length() > SessionCookie.TOKEN_CHARS_MAX) {
            throw RunlogException.badInput("The token is too long for a cookie: " + token.length()
                    + " characters (expected at most " + SessionCookie.TOKEN_CHARS_MAX + ").");
        }
        ctx.response().addCookie(SessionCookie.signIn(token, authenticated.expiresAt(), credentials.isSecure()));
    }

    /** Other pages may not sign users in or out. Clients that are not browsers send no origin. */
    private static void requireOwnPage(Credentials credentials) {
        if (credentials.origin() == BrowserOrigin.FOREIGN) {
            throw RunlogException.forbidden("Only pages of this server may sign in and out.");
        }
    }

    private static void answer(RoutingContext ctx, Future<AuthenticatedViewer> authenticated) {
        authenticated
                .onSuccess(known -> Replies.json(ctx, 200, describe(known)))
                .onFailure(failure -> Replies.failure(ctx, failure));
    }

    private static Map<String, Object> describe(AuthenticatedViewer authenticated) {
        List<String> scopes = authenticated.viewer().scopes().stream()
                .map(Scope::word)
                .sorted()
                .toList();
        return Map.of(
                "subject",
                authenticated.viewer().subject(),
                "scopes",
                scopes,
                "expiresAt",
                authenticated.expiresAt().toString(),
                "version",
                VERSION);
    }

    /** The version of Runlog, which only those who are signed in may know. */
    private static String version() {
        @Nullable String version = SessionEndpoints.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
