package dev.runlog.gateway.auth;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runlog.testing.TestClock;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** When an issuer's document of keys is read, and what happens if it cannot be. */
final class JwksDocumentTest extends IssuerTestCase {
    /** Documents without one key that can verify a signature. */
    static Stream<JsonObject> unusableDocuments() throws Exception {
        JsonObject good = Forge.jwk("one", Forge.rsa(2048));
        JsonObject curve = Forge.jwk("one", Forge.ec("secp256r1"));
        return Stream.of(
                keys(),
                new JsonObject(),
                new JsonObject().put("keys", good),
                keys(good.copy().put("alg", "RSA-OAEP")),
                keys(good.copy().put("alg", "none")),
                keys(good.copy().put("alg", "None")),
                keys(good.copy().put("alg", "")),
                keys(good.copy().put("alg", 5)),
                keys(good.copy().put("alg", "HS256")),
                keys(good.copy().put("alg", "ES256")),
                keys(good.copy().put("use", "enc")),
                keys(good.copy().put("key_ops", new JsonArray().add("encrypt"))),
                keys(good.copy().put("kid", 1)),
                keys(good.copy().put("kty", "rsa")),
                keys(good.copy().put("d", "AQAB")),
                keys(good.copy().put("e", "AQ")),
                keys(good.copy().put("e", "Ag")),
                keys(good.copy().put("n", "not base64!")),
                keys(Forge.without(good, "n")),
                keys(Forge.without(good, "e")),
                keys(Forge.without(good, "kty")),
                keys(Forge.jwk("one", Forge.rsa(1024))),
                keys(curve.copy().put("use", "enc")),
                keys(curve.copy().put("alg", "ECDH-ES")),
                keys(curve.copy().put("alg", "ES384")),
                keys(curve.copy().put("crv", "secp256k1")),
                keys(curve.copy().put("x", Forge.base64(new byte[32]))),
                keys(curve.copy().put("x", curve.getString("y"))),
                keys(Forge.jwk("one", Forge.ed25519()).put("crv", "X25519")),
                keys(Forge.jwk("one", Forge.ed25519()).put("x", "AAAA")),
                keys(new JsonObject()
                        .put("kty", "oct")
                        .put("alg", "HS256")
                        .put("k", Forge.base64("a secret in a public document !!"))),
                new JsonObject()
                        .put("keys", new JsonArray().add("text").addNull().add(new JsonArray())));
    }

    @ParameterizedTest
    @MethodSource("unusableDocuments")
    void refusesToStartWithoutAUsableKey(JsonObject document) {
        serve(document);

        assertThatThrownBy(() -> authenticator(config()))
                .hasMessageContaining("auth.jwks-url")
                .hasMessageContaining("not usable");
        assertThatThrownBy(() -> authenticator(config().secret("a secret beside it, of 32 characters")))
                .as("another key does not make up for it")
                .hasMessageContaining("not usable");
    }

    @ParameterizedTest
    @MethodSource("unusableDocuments")
    void keepsItsKeysWhenARefreshFindsNoUsableOneAndSaysSo(JsonObject document) throws Exception {
        serve(keys(Forge.jwk("one", rsa)));
        Authenticator authenticator = authenticator(config());
        serve(document);

        List<String> logged = logged(() -> await(authenticator.refresh()));

        assertThat(logged)
                .anySatisfy(line -> assertThat(line).contains("not usable").contains("Keeping the previous keys."));
        assertThat(subject(authenticator, rs256("one", claims()))).isEqualTo("alice");
        for (String forged : forgeries()) {
            assertRefused(authenticator, forged);
        }
    }

    @Test
    void takesOverNewKeysAndForgetsThoseThatAreGone() throws Exception {
        serve(keys(Forge.jwk("one", rsa)));
        Authenticator authenticator = authenticator(config());
        String old = rs256("one", claims());
        assertThat(subject(authenticator, old)).isEqualTo("alice");

        serve(keys(Forge.jwk("two", ec)));
        await(authenticator.refresh());

        assertThat(subject(authenticator, signed("ES256", "two", ec))).isEqualTo("alice");
        assertRefused(authenticator, old);
    }

    @Test
    void readsTheDocumentForATokenOfAnUnknownKeyButNotForEachOne() throws Exception {
        TestClock clock = new TestClock(Instant.now());
        AtomicInteger reads = new AtomicInteger();
        JsonObject[] document = {keys(Forge.jwk("one", rsa))};
        answer = request -> {
            reads.incrementAndGet();
            request.response().end(document[0].encode());
        };
        Authenticator authenticator = await(Authenticator.create(vertx, config().build(), clock));
        String token = signed("ES256", "two", ec);
        document[0] = keys(Forge.jwk("two", ec));

        assertRefused(authenticator, token);
        assertThat(reads).as("just after another read").hasValue(1);
        clock.advance(Duration.ofSeconds(31));
        assertThat(subject(authenticator, token)).isEqualTo("alice");
        for (String forged : forgeries()) {
            assertRefused(authenticator, forged);
        }
        assertThat(reads).hasValue(2);
    }

    @Test
    void keepsItsKeysWhileTheIssuerCannotBeReached() throws Exception {
        serve(keys(Forge.jwk("one", rsa)));
        Authenticator authenticator = authenticator(config());
        answer = request -> request.response().setStatusCode(503).end();

        List<String> logged = logged(() -> await(authenticator.refresh()));

        assertThat(logged)
                .anySatisfy(line -> assertThat(line).contains("status 503").contains("Keeping the previous keys."));
        assertThat(subject(authenticator, rs256("one", claims()))).isEqualTo("alice");
    }

    @Test
    void waitsForAnIssuerThatCannotBeReachedYet() throws Exception {
        Promise<Void> refused = Promise.promise();
        answer = request -> {
            request.response().setStatusCode(503).end();
            refused.tryComplete();
        };
        Future<Authenticator> starting = Authenticator.create(
                vertx, config().jwksWait(Duration.ofMinutes(1)).build());
        await(refused.future());

        serve(keys(Forge.jwk("one", rsa)));

        assertThat(subject(await(starting), rs256("one", claims()))).isEqualTo("alice");
    }

    @Test
    void givesUpOnAnIssuerThatCannotBeReachedInOneLine() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0)) {
            closed = socket.getLocalPort();
        }
        String url = "http://127.0.0.1:" + closed + "/jwks";

        assertThatThrownBy(() -> authenticator(config().jwksUrl(url).jwksWait(Duration.ofMillis(1500))))
                .hasMessageContaining("auth.jwks-url: " + url + " cannot be read")
                .message()
                .hasLineCount(1);
    }

    @Test
    void boundsTheTimeAndTheBytesOfADocument() {
        answer = request -> request.response().setChunked(true).write(" ");
        assertThatThrownBy(() -> authenticator(config().jwksTimeout(Duration.ofMillis(200))))
                .hasMessageContaining("no response within 200 ms");

        answer = request ->
                request.response().end(Buffer.buffer(keys(Forge.jwk("one", rsa)).encode() + " ".repeat(10_000)));
        assertThatThrownBy(() -> authenticator(config().jwksMaxBytes(10_000))).hasMessageContaining("10000 bytes");
    }

    @Test
    void followsNoRedirect() {
        answer = request -> {
            if (request.path().equals("/jwks")) {
                request.response()
                        .setStatusCode(302)
                        .putHeader("Location", "/other")
                        .end();
            } else {
                request.response().end(keys(Forge.jwk("one", rsa)).encode());
            }
        };

        assertThatThrownBy(() -> authenticator(config())).hasMessageContaining("redirects");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://issuer.example/jwks",
                "http://127.0.0.1.example/jwks",
                "http://localhost.example/jwks",
                "http://localhost@issuer.example/jwks",
                "http://user@localhost/jwks",
                "http://0.0.0.0/jwks",
                "http://2130706433/jwks",
                "http://10.0.0.1/jwks",
                "http://[::2]/jwks",
                "ftp://localhost/jwks",
                "file:///etc/jwks.json",
                "https:/jwks",
                "localhost:80/jwks",
                "https://issuer.example/jw ks"
            })
    void needsHttpsExceptOnLoopback(String url) {
        assertThatThrownBy(() -> authenticator(config().jwksUrl(url)))
                .hasMessageContaining("Invalid `auth.jwks-url`: " + url);
    }

    /** What the authenticator logs meanwhile. */
    private static List<String> logged(Action action) throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(Authenticator.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        try {
            action.run();
        } finally {
            logger.detachAppender(appender);
        }
        return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    private interface Action {
        void run() throws Exception;
    }
}
