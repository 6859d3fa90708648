package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.server.Server;
import dev.runlog.testing.PostgresExtension;
import dev.runlog.testing.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code serve} prints, and the link among it. */
@ExtendWith(PostgresExtension.class)
final class LoginLinkTest {
    /** The console, if there is an esbuild for this platform. */
    private static final String HOME =
            LoginLinkTest.class.getResource("/console/manifest.properties") == null ? "/graphiql/" : "/ui/";

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicReference<Server> server = new AtomicReference<>();
    private RunlogConfig config;
    private TestDatabase database;

    @TempDir
    Path directory;

    @BeforeEach
    void configure(TestDatabase database) {
        this.database = database;
        config = configuration(Map.of());
    }

    private RunlogConfig configuration(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(RunningServer.environment(
                database.url(),
                "DATA_DIR",
                directory.toString(),
                "GRAPHQL_GRAPHIQL",
                "on",
                "LOG_LEVEL",
                "error",
                "DATABASE_POOL_WAIT",
                "PT20S"));
        // Without a secret the server makes keys of its own.
        environment.remove("RUNLOG_AUTH_SECRET");
        environment.putAll(more);
        return RunlogConfig.load(null, environment);
    }

    @AfterEach
    void stop() {
        server.get().close();
    }

    @Test
    void printsNoSecretWithoutATerminal() {
        String printed = serve();

        assertThat(printed)
                .contains("Runlog is listening on ", "./runlog token --subject developer --valid-for P1D")
                .doesNotContain("eyJ", "code=");
    }

    @Test
    void printsALinkAndATokenForADayOnATerminal() {
        String printed = serveOnTerminal();
        String payload = printed.replaceAll("(?s).*RUNLOG_TOKEN=[^.]+\\.([^.]+)\\..*", "$1");
        long expiry = Long.parseLong(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8)
                .replaceAll(".*\"exp\":(\\d+).*", "$1"));

        assertThat(link(printed)).matches("http://127\\.0\\.0\\.1:\\d+/login\\?code=[\\w-]{43}");
        assertThat(Instant.ofEpochSecond(expiry))
                .isBetween(
                        Instant.now().plus(Duration.ofHours(23)), Instant.now().plus(Duration.ofHours(24)));
    }

    @Test
    void leadsHomeWithoutACode() throws Exception {
        HttpResponse<String> answer = get(link(serveOnTerminal()).replaceAll("\\?.*", ""));

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains(HOME);
    }

    /** What looks at links in advance, such as a chat, opens it; only the button redeems it, and once. */
    @Test
    void signsInOnceHoweverOftenTheLinkIsOpened() throws Exception {
        String link = link(serveOnTerminal());

        assertThat(get(link).statusCode()).isEqualTo(200);
        HttpResponse<String> page = get(link);
        HttpResponse<String> foreign = post(link, "Sec-Fetch-Site", "cross-site");
        HttpResponse<String> signedIn = post(link, "Sec-Fetch-Site", "same-origin");
        HttpResponse<String> again = post(link, "Sec-Fetch-Site", "same-origin");

        assertThat(page.body()).contains("<form method=\"post\"").doesNotContain("<script", "eyJ");
        assertThat(page.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(page.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("frame-ancestors 'none'");
        assertThat(foreign.statusCode()).isEqualTo(410);
        assertThat(signedIn.statusCode()).isEqualTo(303);
        assertThat(signedIn.headers().firstValue("Location")).hasValue(HOME);
        String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(cookie).containsIgnoringCase("; HttpOnly").contains("; SameSite=Strict");
        assertThat(again.statusCode()).isEqualTo(410);
        assertThat(again.body()).contains("used already", "./runlog token");
        assertThat(again.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(get(link).statusCode()).isEqualTo(410);
        HttpResponse<String> session = http.send(
                HttpRequest.newBuilder(URI.create(link).resolve("/session"))
                        .header("Cookie", cookie.split(";", 2)[0])
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(session.body()).contains("\"subject\":\"developer\"");
    }

    @Test
    void signsInBelowABasePathAndWithoutTheConsole() throws Exception {
        config = configuration(Map.of("RUNLOG_HTTP_BASE_PATH", "/a/b", "RUNLOG_CONSOLE_ENABLED", "false"));
        String link = link(serveOnTerminal());

        String page = get(link).body();
        HttpResponse<String> signedIn = post(link, "Sec-Fetch-Site", "same-origin");
        HttpResponse<String> again = post(link, "Sec-Fetch-Site", "same-origin");

        assertThat(link).matches("http://127\\.0\\.0\\.1:\\d+/a/b/login\\?code=[\\w-]{43}");
        assertThat(page).contains("action=\"/a/b/login?code=");
        assertThat(signedIn.headers().firstValue("Location")).hasValue("/a/b/graphiql/");
        assertThat(again.body()).contains("<a href=\"/a/b/graphiql/\">GraphiQL</a>");
        for (String path : new String[] {"/a/b/", "/a/b/ui/", "/a/b/ui/workflows"}) {
            HttpResponse<String> none = get(URI.create(link).resolve(path).toString());
            assertThat(none.statusCode()).as(path).isEqualTo(404);
            assertThat(none.body()).as(path).contains("NOT_FOUND");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, X-Forwarded-For: 203.0.113.7",
        "127.0.0.1, X-Forwarded-Host: runlog.example.com",
        "127.0.0.1, Forwarded: for=203.0.113.7",
        "127.0.0.1, Via: 1.1 proxy",
        "localhost, X-Real-IP: 203.0.113.7",
        "runlog.example.com, Accept: */*",
        "127.0.0.1.evil.example, Accept: */*",
        "localhost.evil.example:80, Accept: */*"
    })
    void rejectsForwardedAndReboundRequests(String host, String header) throws Exception {
        String link = link(serveOnTerminal());
        URI url = URI.create(link);

        for (String method : new String[] {"GET", "POST"}) {
            String answer = raw(
                    url.getPort(),
                    method + " " + url.getRawPath() + "?" + url.getRawQuery() + " HTTP/1.1\r\nHost: " + host + "\r\n"
                            + header + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 403 ").doesNotContainIgnoringCase("set-cookie");
        }
        assertThat(post(link, "Sec-Fetch-Site", "same-origin").statusCode()).isEqualTo(303);
    }

    private String serveOnTerminal() {
        System.setProperty("runlog.interactive", "true");
        try {
            return serve();
        } finally {
            System.clearProperty("runlog.interactive");
        }
    }

    private String serve() {
        try (Console console = new Console()) {
            ServeCommand.start(config, started -> {
                server.set(started);
                return () -> {};
            });
            return console.out();
        }
    }

    private static String link(String printed) {
        return printed.replaceAll("(?s).*(http\\S+/login\\?code=\\S+).*", "$1");
    }

    private HttpResponse<String> get(String link) throws Exception {
        return http.send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> post(String link, String header, String value) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(link))
                        .header(header, value)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
