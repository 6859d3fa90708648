package dev.runlog.gateway.session;

import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.BrowserOrigin;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.http.HtmlPages;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * {@code /login?code=…}, the one-time link that {@code serve} prints. Opening it changes nothing, so a link preview
 * cannot use it up; the button on the page redeems the code. The link works on this machine only.
 */
public final class LoginPage {
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[?::1]?", Pattern.CASE_INSENSITIVE);
    private static final Set<String> FORWARDED =
            Set.of("forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip");
    private final LoginCodes codes;
    private final Authenticator authenticator;
    private final String base;
    private final Home home;

    /** @param base the base path */
    public LoginPage(LoginCodes codes, Authenticator authenticator, String base, Home home) {
        this.codes = codes;
        this.authenticator = authenticator;
        this.base = base;
        this.home = home;
    }

    /** The page that a browser opens once it is signed in. */
    public enum Home {
        CONSOLE("/ui/", "the console"),
        GRAPHIQL("/graphiql/", "GraphiQL");

        private final String path;
        private final String title;

        Home(String path, String title) {
            this.path = path;
            this.title = title;
        }
    }

    public void mount(Router router) {
        router.route("/login").handler(this::requireThisMachine);
        router.get("/login").handler(this::ask);
        router.post("/login").handler(this::redeem);
    }

    private void requireThisMachine(RoutingContext ctx) {
        if (isLocal(ctx.request())) {
            ctx.next();
            return;
        }
        HtmlPages.send(ctx, 403, "This link works on the server's own machine only", """
                <p>Open it under the address that the server printed, without a proxy in between. Elsewhere, paste a
                token at %s.</p>
                """.formatted(homeLink()));
    }

    private void ask(RoutingContext ctx) {
        String code = code(ctx);
        if (code.isEmpty()) {
            redirectHome(ctx);
            return;
        }
        if (!codes.isValid(code)) {
            refuse(ctx);
            return;
        }
        // A valid code has letters, digits, - and _ only.
        HtmlPages.send(
                ctx,
                200,
                "Sign in to Runlog",
                "<form method=\"post\" action=\"" + base + "/login?code=" + code + "\">"
                        + "<p>You sign in as <b>developer</b>, for one day, in this browser.</p>"
                        + "<button autofocus>Sign in</button></form>");
    }

    private void redeem(RoutingContext ctx) {
        Credentials credentials = Credentials.of(ctx.request());
        String token = credentials.origin() == BrowserOrigin.FOREIGN ? null : codes.redeem(code(ctx));
        if (token == null) {
            refuse(ctx);
            return;
        }
        authenticator
                .authenticate("Bearer " + token)
                .onSuccess(authenticated -> {
                    SessionEndpoints.setCookie(ctx, credentials, token, authenticated);
                    redirectHome(ctx);
                })
                .onFailure(ctx::fail);
    }

    private void refuse(RoutingContext ctx) {
        HtmlPages.send(ctx, 410, "This sign-in link was used already, or it has expired", """
                <p>To sign in again, make a token and paste it at %s. A server that is started in a terminal prints a new
                link.</p>
                <pre>./runlog token --subject developer --valid-for P1D</pre>
                """.formatted(homeLink()));
    }

    private void redirectHome(RoutingContext ctx) {
        ctx.response()
                .setStatusCode(303)
                .putHeader(HttpHeaders.LOCATION, base + home.path)
                .end();
    }

    private String homeLink() {
        return "<a href=\"" + base + home.path + "\">" + home.title + "</a>";
    }

    private static String code(RoutingContext ctx) {
        String code = ctx.queryParams().get("code");
        return code == null ? "" : code;
    }

    /** Whether a request comes straight from this machine, under its own name: neither forwarded nor rebound. */
    private static boolean isLocal(HttpServerRequest request) {
        HostAndPort host = request.authority();
        return host != null
                && LOOPBACK.matcher(host.host()).matches()
                && isLoopback(request.remoteAddress())
                && request.headers().names().stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .noneMatch(name -> name.startsWith("x-forwarded-") || FORWARDED.contains(name));
    }

    private static boolean isLoopback(SocketAddress address) {
        return address != null
                && address.isInetSocket()
                && new InetSocketAddress(address.hostAddress(), address.port())
                        .getAddress()
                        .isLoopbackAddress();
    }
}
