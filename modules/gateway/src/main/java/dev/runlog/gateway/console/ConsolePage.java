package dev.runlog.gateway.console;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.Sha256;
import dev.runlog.gateway.http.AcceptHeader;
import dev.runlog.gateway.http.HtmlPages;
import dev.runlog.gateway.http.Replies;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The console: one page for all paths below {@code /ui/}, whose scripts decide what it shows, and its files at
 * {@code /ui/assets/}. A program that was built without it explains how to get it.
 */
public final class ConsolePage {
    /** Scripts come from files of this server only, and never turn text into HTML. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'";

    private static final String ASSETS = "/ui/assets/";
    private static final String IMMUTABLE = "public, max-age=31536000, immutable";
    private static final String HOW_TO_GET_IT = """
            <p>This Runlog was built on a platform for which the build has no esbuild. The API works as usual. To get
            the console, install esbuild (it is in Homebrew, Debian and npm), and build again:</p>
            <pre>mvn package -Dconsole.esbuild=$(command -v esbuild)</pre>
            <p>To turn this page off, set <code>console.enabled: false</code>.</p>
            """;

    private final ConsoleFiles files;
    private final String base;
    private final Buffer page;
    private final String etag;

    private ConsolePage(ConsoleFiles files, String base, boolean graphiql) {
        this.files = files;
        this.base = base;
        String html = page(files, base, graphiql);
        this.page = Buffer.buffer(html);
        this.etag = "W/\"" + HexFormat.of().formatHex(Sha256.of(html), 0, 16) + '"';
    }

    /**
     * Adds the routes of the console.
     *
     * @param base the base path
     * @param graphiql whether GraphiQL is served, too
     */
    public static void mount(Router router, ConsoleFiles files, String base, boolean graphiql) {
        ConsolePage console = new ConsolePage(files, base, graphiql);
        router.get("/").handler(console::redirect);
        router.get("/ui").handler(ctx -> {
            if (ctx.request().path().endsWith("/")) {
                ctx.next();
            } else {
                console.redirect(ctx);
            }
        });
        router.get(ASSETS + "*").handler(console::sendFile);
        router.get("/ui/*").handler(console::sendPage);
    }

    /** Adds routes that explain why there is no console. */
    public static void mountWithout(Router router) {
        for (String path : new String[] {"/", "/ui", "/ui/*"}) {
            router.get(path)
                    .handler(ctx -> HtmlPages.send(ctx, 404, "Runlog was built without its console", HOW_TO_GET_IT));
        }
    }

    private void redirect(RoutingContext ctx) {
        HtmlPages.redirect(ctx, base + "/ui/");
    }

    private void sendFile(RoutingContext ctx) {
        String path = ctx.normalizedPath();
        ConsoleFiles.File file = path.startsWith(ASSETS) ? files.find(path.substring(ASSETS.length())) : null;
        if (file == null) {
            Replies.failure(ctx, RunlogException.notFound("Path not found: " + path + "."));
            return;
        }
        HttpServerResponse response = ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, file.mediaType())
                .putHeader(HttpHeaders.CACHE_CONTROL, IMMUTABLE)
                .putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (acceptsGzip(ctx)) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip").end(file.gzip());
        } else {
            // Keeps the server from compressing it for each request.
            response.putHeader(HttpHeaders.CONTENT_ENCODING, HttpHeaders.IDENTITY)
                    .end(file.content());
        }
    }

    private void sendPage(RoutingContext ctx) {
        HttpServerResponse response = HtmlPages.secure(ctx.response(), POLICY)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-cache")
                .putHeader(HttpHeaders.ETAG, etag);
        String known = ctx.request().getHeader(HttpHeaders.IF_NONE_MATCH);
        if (known != null && (known.trim().equals("*") || known.contains(etag.substring(2)))) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
                    .end(page);
        }
    }

    private static boolean acceptsGzip(RoutingContext ctx) {
        String header = ctx.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
        return header != null
                && AcceptHeader.preferred(header, coding -> coding.equals("gzip") ? coding : null)
                        .isPresent();
    }

    private static String page(ConsoleFiles files, String base, boolean graphiql) {
        String assets = base + ASSETS;
        String preloads = files.preloads().stream()
                .map(name -> "<link rel=\"modulepreload\" href=\"" + assets + name + "\">")
                .collect(Collectors.joining("\n"));
        return template()
                .replace("{base}", base)
                .replace("{graphiql}", Boolean.toString(graphiql))
                .replace("{icon}", assets + files.entry("icon.svg"))
                .replace("{style}", assets + files.entry("main.css"))
                .replace("{theme}", assets + files.entry("theme.js"))
                .replace("{main}", assets + files.entry("main.js"))
                .replace("{preloads}", preloads);
    }

    private static String template() {
        try (InputStream in = ConsolePage.class.getResourceAsStream("/console.html")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
