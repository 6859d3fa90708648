package dev.runlog.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.gateway.http.BasePath;
import dev.runlog.gateway.http.Methods;
import dev.runlog.testing.Futures;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The console's routes below {@code /a/b}, with a small bundle. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ConsolePageTest {
    private static final String SCRIPT = "console.log('main')\n".repeat(50);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        Path bundle = Files.createDirectory(directory.resolve("console"));
        write(bundle, "main-AAAAAAAA.js", SCRIPT);
        write(bundle, "main-BBBBBBBB.css", "body{}");
        write(bundle, "theme-CCCCCCCC.js", "1");
        write(bundle, "icon-DDDDDDDD.svg", "<svg/>");
        write(bundle, "chunk-EEEEEEEE.js", "2");
        Files.writeString(bundle.resolve("manifest.properties"), """
                main.js=main-AAAAAAAA.js
                main.css=main-BBBBBBBB.css
                theme.js=theme-CCCCCCCC.js
                icon.svg=icon-DDDDDDDD.svg
                preload=chunk-EEEEEEEE.js
                files=main-AAAAAAAA.js main-BBBBBBBB.css theme-CCCCCCCC.js icon-DDDDDDDD.svg chunk-EEEEEEEE.js
                """);
        Router router = Router.router(vertx);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {directory.toUri().toURL()}, null)) {
            ConsolePage.mount(router, ConsoleFiles.read(loader).orElseThrow(), "/a/b", true);
        }
        Methods.allowHead(router);
        router.errorHandler(405, ctx -> Methods.refuse(router, ctx));
        HttpServer server = Futures.await(vertx.createHttpServer(new HttpServerOptions()
                        .setHost("127.0.0.1")
                        .setPort(0)
                        .setCompressionSupported(true)
                        .setHttp2ClearTextEnabled(false))
                .requestHandler(BasePath.before("/a/b", router, Router.router(vertx)))
                .listen());
        port = server.actualPort();
    }

    @AfterAll
    void stop() {
        Futures.await(vertx.close());
    }

    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/b/",
        "/a/b?x=1, /a/b/?x=1",
        "/a/b/, /a/b/ui/",
        "/a/b/ui, /a/b/ui/",
        "/a/b/ui?status=failed, /a/b/ui/?status=failed"
    })
    void redirectsToThePage(String path, String location) throws Exception {
        HttpResponse<byte[]> response = get(path);

        assertThat(response.statusCode()).isEqualTo(302);
        assertThat(response.headers().firstValue("Location")).hasValue(location);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/b/ui/",
                "/a/b/ui/executions/0195",
                "/a/b/ui/workflows?q=x",
                "/a/b/ui/no/such/page",
                "/a/b/ui/assets/../cleanup"
            })
    void sendsTheSamePageForAllPathsBelowUi(String path) throws Exception {
        HttpResponse<byte[]> response = get(path);
        String page = text(response);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains(
                        "default-src 'none'",
                        "script-src 'self';",
                        "style-src 'self';",
                        "connect-src 'self'",
                        "base-uri 'none'",
                        "frame-ancestors 'none'",
                        "require-trusted-types-for 'script'")
                .doesNotContain("unsafe", "http");
        assertThat(response.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(page)
                .contains(
                        "data-base=\"/a/b\" data-graphiql=\"true\"",
                        "<script type=\"module\" src=\"/a/b/ui/assets/main-AAAAAAAA.js\">",
                        "<script src=\"/a/b/ui/assets/theme-CCCCCCCC.js\">",
                        "<link rel=\"stylesheet\" href=\"/a/b/ui/assets/main-BBBBBBBB.css\">",
                        "<link rel=\"modulepreload\" href=\"/a/b/ui/assets/chunk-EEEEEEEE.js\">")
                .doesNotContain("{", "<style", "style=", "onload");
    }

    @Test
    void doesNotRepeatAPageThatTheBrowserHas() throws Exception {
        String etag = get("/a/b/ui/").headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> known = get("/a/b/ui/workflows", "If-None-Match", "\"x\", " + etag);
        HttpResponse<byte[]> unknown = get("/a/b/ui/workflows", "If-None-Match", "\"x\"");

        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(known.body()).isEmpty();
        assertThat(known.headers().firstValue("Content-Security-Policy")).isPresent();
        assertThat(unknown.statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "main-AAAAAAAA.js, text/javascript; charset=utf-8",
        "main-BBBBBBBB.css, text/css; charset=utf-8",
        "icon-DDDDDDDD.svg, image/svg+xml"
    })
    void sendsFilesThatBrowsersKeep(String name, String type) throws Exception {
        HttpResponse<byte[]> response = get("/a/b/ui/assets/" + name);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue(type);
        assertThat(response.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(response.headers().allValues("Vary")).anyMatch("accept-encoding"::equalsIgnoreCase);
    }

    @Test
    void sendsCompressedFilesToThoseWhoAcceptThem() throws Exception {
        String path = "/a/b/ui/assets/main-AAAAAAAA.js";

        HttpResponse<byte[]> compressed = get(path, "Accept-Encoding", "br, gzip;q=0.5");
        HttpResponse<byte[]> refused = get(path, "Accept-Encoding", "gzip;q=0, br");
        HttpResponse<byte[]> plain = get(path);

        assertThat(compressed.headers().allValues("Content-Encoding")).containsExactly("gzip");
        assertThat(compressed.body().length).isLessThan(SCRIPT.length() / 5);
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed.body()))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(SCRIPT);
        }
        assertThat(refused.headers().firstValue("Content-Encoding").orElse("identity"))
                .isEqualTo("identity");
        assertThat(text(refused)).isEqualTo(SCRIPT);
        assertThat(text(plain)).isEqualTo(SCRIPT);
    }

    /** A page in place of a missing script would hide why the console does not start. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/b/ui/assets/main-00000000.js",
                "/a/b/ui/assets/",
                "/a/b/ui/assets",
                "/a/b/ui/assets/x/main-AAAAAAAA.js",
                "/a/b/ui/assets/manifest.properties",
                "/a/b/ui/assets/%2e%2e/manifest.properties/..%2fmain-AAAAAAAA.js",
                "/a/b/nowhere",
                "/ui/",
                "/a/bc/ui/"
            })
    void refusesOtherPaths(String path) throws Exception {
        HttpResponse<byte[]> response = get(path);

        assertThat(response.statusCode()).isEqualTo(path.contains("%2e%2e") ? 200 : 404);
        assertThat(text(response)).doesNotContain("console.log", "main.js=");
    }

    @Test
    void answersHeadWithoutABody() throws Exception {
        for (String path : new String[] {"/a/b/ui/", "/a/b/ui/assets/main-AAAAAAAA.js"}) {
            HttpResponse<byte[]> response = send(request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()));

            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(response.body()).as(path).isEmpty();
        }
    }

    @Test
    void namesTheMethodsThatItAllows() throws Exception {
        HttpResponse<byte[]> response = send(request("/a/b/ui/cleanup").POST(HttpRequest.BodyPublishers.ofString("x")));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = request(path);
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static void write(Path bundle, String name, String text) throws Exception {
        Files.writeString(bundle.resolve(name), text);
        ByteArrayOutputStream compressed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        Files.write(bundle.resolve(name + ".gz"), compressed.toByteArray());
    }
}
