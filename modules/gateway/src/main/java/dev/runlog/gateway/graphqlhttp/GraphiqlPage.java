package dev.runlog.gateway.graphqlhttp;

import dev.runlog.gateway.http.HtmlPages;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.StaticHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GraphiQL at {@code /graphiql/}, served from bundled files. The page contains no token: it asks {@code /session} who
 * is signed in, and offers to sign in with a pasted token.
 */
public final class GraphiqlPage {
    private static final String LIBRARY = "io/vertx/ext/web/handler/graphiql/";
    /** The editor creates style elements at run time, with unknown hashes. Scripts come from files only. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
            + "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
            + "frame-ancestors 'none'";

    private final String page;
    private final String script;
    private final String style;

    private GraphiqlPage() {
        String library = read(LIBRARY + "index.html");
        page = read("graphiql/index.html")
                .replace("{script}", find("static/js/main\\.\\w+\\.js", library))
                .replace("{style}", find("static/css/main\\.\\w+\\.css", library));
        script = read("graphiql/session.js");
        style = read("graphiql/session.css");
    }

    /** Adds its routes; {@code base} is the base path. */
    public static void mount(Router router, String base) {
        GraphiqlPage page = new GraphiqlPage();
        // The page loads its files by relative paths.
        router.get("/graphiql").handler(ctx -> addSlash(ctx, base));
        router.get("/graphiql/session.js").handler(ctx -> send(ctx, "text/javascript", page.script));
        router.get("/graphiql/session.css").handler(ctx -> send(ctx, "text/css", page.style));
        router.get("/graphiql/static/*")
                .handler(StaticHandler.create(LIBRARY + "static").setIncludeHidden(false));
        router.get("/graphiql/").handler(ctx -> send(ctx, "text/html", page.page));
    }

    private static void addSlash(RoutingContext ctx, String base) {
        if (ctx.request().path().endsWith("/")) {
            ctx.next();
        } else {
            HtmlPages.redirect(ctx, base + "/graphiql/");
        }
    }

    private static void send(RoutingContext ctx, String type, String text) {
        HtmlPages.secure(ctx.response(), POLICY)
                .putHeader(HttpHeaders.CONTENT_TYPE, type + "; charset=utf-8")
                .end(text);
    }

    private static String find(String pattern, String library) {
        Matcher found = Pattern.compile(pattern).matcher(library);
        if (!found.find()) {
            throw new IllegalStateException("The bundled GraphiQL has no " + pattern + ".");
        }
        return found.group();
    }

    private static String read(String resource) {
        try (InputStream in = GraphiqlPage.class.getClassLoader().getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
