package dev.runlog.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** An issuer's keys over real HTTP: which ones are accepted, and which tokens are always refused. */
@ExtendWith(VertxExtension.class)
final class JwksTest {
    private static KeyPair rsa;
    private static KeyPair weakRsa;
    private static KeyPair ec;
    private static KeyPair ed25519;

    private Vertx vertx;
    private HttpServer issuer;
    private volatile Consumer<HttpServerRequest> answer =
            request -> request.response().end("{}");

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = Forge.rsa(2048);
        weakRsa = Forge.rsa(1024);
        ec = Forge.ec("secp256r1");
        ed25519 = Forge.ed25519();
    }

    @BeforeEach
    void startIssuer(Vertx opened) throws Exception {
        vertx = opened;
        issuer = await(vertx.createHttpServer()
                .requestHandler(request -> answer.accept(request))
                .listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stopIssuer() throws Exception {
        await(issuer.close());
    }

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
                keys(without(good, "n")),
                keys(without(good, "e")),
                keys(without(good, "kty")),
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
    void refusesTokensWithoutASignatureWhateverTheDocumentHolds() throws Exception {
        serve(keys(
                Forge.jwk("one", rsa),
                Forge.jwk("broken", rsa).put("alg", "none"),
                Forge.jwk("two", ec).put("use", "enc")));
        Authenticator authenticator = authenticator(config());

        for (String forged : forgeries()) {
            assertRefused(authenticator, forged);
        }
        await(authenticator.refresh());
        for (String forged : forgeries()) {
            assertRefused(authenticator, forged);
        }
    }

    @Test
    void verifiesEveryAcceptedAlgorithm() throws Exception {
        KeyPair p384 = Forge.ec("secp384r1");
        KeyPair p521 = Forge.ec("secp521r1");
        serve(keys(
                Forge.jwk("rsa", rsa),
                Forge.jwk("p256", ec),
                Forge.jwk("p384", p384),
                Forge.jwk("p521", p521),
                Forge.jwk("ed", ed25519)));
        Authenticator authenticator = authenticator(config());

        for (String algorithm : List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")) {
            String token = Forge.token(Forge.header(algorithm, "rsa"), claims().encode(), algorithm, rsa.getPrivate());
            assertThat(subject(authenticator, token)).as(algorithm).isEqualTo("alice");
        }
        assertThat(subject(authenticator, signed("ES256", "p256", ec))).isEqualTo("alice");
        assertThat(subject(authenticator, signed("ES384", "p384", p384))).isEqualTo("alice");
        assertThat(subject(authenticator, signed("ES512", "p521", p521))).isEqualTo("alice");
        assertThat(subject(authenticator, signed("EdDSA", "ed", ed25519))).isEqualTo("alice");
    }

    @Test
    void takesAKeyForItsOwnAlgorithmAndIdOnly() throws Exception {
        KeyPair other = Forge.rsa(2048);
        serve(keys(Forge.jwk("one", rsa).put("alg", "RS256"), Forge.jwk("other", other), Forge.jwk("weak", weakRsa)));
        Authenticator authenticator = authenticator(config());
        String claims = claims().encode();

        assertThat(subject(authenticator, rs256("one", claims()))).isEqualTo("alice");
        for (String token : List.of(
                Forge.token(Forge.header("RS512", "one"), claims, "RS512", rsa.getPrivate()),
                Forge.token(Forge.header("PS256", "one"), claims, "PS256", rsa.getPrivate()),
                Forge.token(Forge.header("RS256", "other"), claims, "RS256", rsa.getPrivate()),
                Forge.token(Forge.header("RS256", "unknown"), claims, "RS256", rsa.getPrivate()),
                Forge.token(Forge.header("RS256", ""), claims, "RS256", rsa.getPrivate()),
                Forge.token("{\"alg\":\"RS256\"}", claims, "RS256", rsa.getPrivate()),
                Forge.token(Forge.header("RS256", "weak"), claims, "RS256", weakRsa.getPrivate()),
                Forge.token(Forge.header("RS512", "one"), claims, "RS256", rsa.getPrivate()))) {
            assertRefused(authenticator, token);
        }
    }

    @Test
    void refusesHeadersThatWouldChangeWhatIsVerified() throws Exception {
        serve(keys(Forge.jwk("one", rsa)));
        Authenticator authenticator = authenticator(config());
        KeyPair attacker = Forge.rsa(2048);
        JsonObject header = new JsonObject().put("alg", "RS256").put("kid", "one");

        assertThat(subject(
                        authenticator,
                        withHeader(header.copy().put("typ", "at+JWT").encode())))
                .isEqualTo("alice");
        for (String tricky : List.of(
                header.copy().put("crit", new JsonArray().add("exp")).encode(),
                header.copy().put("crit", new JsonArray()).encode(),
                header.copy().putNull("crit").encode(),
                header.copy()
                        .put("crit", new JsonArray().add("b64"))
                        .put("b64", false)
                        .encode(),
                header.copy().put("b64", false).encode(),
                header.copy().put("jwk", Forge.jwk("one", attacker)).encode(),
                header.copy().put("jku", "http://127.0.0.1:1/").encode(),
                header.copy().put("x5u", "http://127.0.0.1:1/").encode(),
                header.copy().put("x5c", new JsonArray()).encode(),
                header.copy().put("typ", "dpop+jwt").encode(),
                header.copy().put("typ", 1).encode(),
                header.copy().put("kid", 1).encode(),
                header.copy().putNull("kid").encode(),
                header.copy().put("kid", new JsonArray().add("one")).encode(),
                header.copy().put("alg", new JsonArray().add("RS256")).encode(),
                header.copy().put("alg", 256).encode(),
                header.copy().putNull("alg").encode(),
                header.copy().put("alg", "rs256").encode(),
                header.copy().put("alg", "RS256 ").encode(),
                without(header, "alg").encode(),
                "{\"alg\":\"none\",\"alg\":\"RS256\",\"kid\":\"one\"}",
                "{\"alg\":\"RS256\",\"kid\":\"one\",\"kid\":\"one\"}",
                header.encode() + " {}",
                "[" + header.encode() + "]",
                "null",
                "")) {
            assertRefused(authenticator, withHeader(tricky));
        }
        String embedded = header.copy().put("jwk", Forge.jwk("one", attacker)).encode();
        assertRefused(authenticator, Forge.token(embedded, claims().encode(), "RS256", attacker.getPrivate()));
    }

    @Test
    void refusesSignaturesOfAnotherForm() throws Exception {
        serve(keys(Forge.jwk("one", ec), Forge.jwk("rsa", rsa)));
        Authenticator authenticator = authenticator(config());
        String valid = signed("ES256", "one", ec);
        String signed = valid.substring(0, valid.lastIndexOf('.') + 1);

        assertThat(subject(authenticator, valid)).isEqualTo("alice");
        for (String token : List.of(
                signed,
                signed + Forge.base64(new byte[64]),
                signed + Forge.base64(new byte[0]),
                signed + Forge.base64(new byte[63]),
                signed + Forge.base64(new byte[6000]),
                valid + "=",
                valid + "==",
                valid + ".",
                valid + ".x",
                "." + valid,
                valid.substring(0, valid.length() - 2),
                valid.replace('.', ':'),
                rs256("rsa", claims()) + "AAAA")) {
            assertRefused(authenticator, token);
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
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        AtomicInteger reads = new AtomicInteger();
        JsonObject[] document = {keys(Forge.jwk("one", rsa))};
        answer = request -> {
            reads.incrementAndGet();
            request.response().end(document[0].encode());
        };
        Authenticator authenticator = await(Authenticator.create(vertx, config().build(), clock(now)));
        String token = signed("ES256", "two", ec);
        document[0] = keys(Forge.jwk("two", ec));

        assertRefused(authenticator, token);
        assertThat(reads).as("just after another read").hasValue(1);
        now.updateAndGet(before -> before.plusSeconds(31));
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

    @Test
    void needsAnAudienceUnlessTheOperatorSaysOtherwise() throws Exception {
        serve(keys(Forge.jwk("one", rsa)));

        assertThatThrownBy(() -> authenticator(config().audience("")))
                .hasMessageContaining("auth.audience is empty")
                .hasMessageContaining("auth.audience-required");
        Authenticator open = authenticator(config().audience("").audienceRequired(false));
        assertThat(subject(open, rs256("one", without(claims(), "aud")))).isEqualTo("alice");

        Authenticator strict = authenticator(config());
        assertThat(subject(
                        strict,
                        rs256(
                                "one",
                                claims().put("aud", new JsonArray().add("x").add("runlog")))))
                .isEqualTo("alice");
        for (JsonObject claims : List.of(
                without(claims(), "aud"),
                claims().put("aud", "others"),
                claims().put("aud", ""),
                claims().putNull("aud"),
                claims().put("aud", new JsonArray()),
                claims().put("aud", new JsonArray().add(new JsonArray().add("runlog"))),
                claims().put("aud", new JsonObject().put("runlog", "runlog")))) {
            assertRefused(strict, rs256("one", claims));
        }
    }

    /** Tokens that nobody with a private key made. */
    private static List<String> forgeries() throws Exception {
        String claims = claims().encode();
        String publicKey = Forge.pem(rsa);
        return List.of(
                Forge.unsigned("{\"alg\":\"none\"}", claims),
                Forge.unsigned("{\"alg\":\"None\"}", claims),
                Forge.unsigned("{\"alg\":\"NONE\",\"kid\":\"one\"}", claims),
                Forge.unsigned("{\"alg\":\"nOnE\",\"typ\":\"JWT\"}", claims),
                Forge.unsigned("{\"alg\":\"none\",\"kid\":\"broken\"}", claims),
                Forge.unsigned("{\"alg\":\"\"}", claims),
                Forge.unsigned("{\"alg\":null}", claims),
                Forge.unsigned("{}", claims),
                Forge.unsigned(Forge.header("RS256", "one"), claims),
                Forge.unsigned(Forge.header("HS256", "one"), claims),
                Forge.unsigned("{\"alg\":\"none\"}", claims) + Forge.base64("none"),
                Forge.base64("{\"alg\":\"none\"}") + "." + Forge.base64(claims),
                Forge.hs256(Forge.header("HS256", "one"), claims, publicKey.getBytes(StandardCharsets.UTF_8)),
                Forge.hs256(
                        Forge.header("HS256", "one"), claims, rsa.getPublic().getEncoded()),
                Forge.hs256(Forge.header("RS256", "one"), claims, new byte[] {0}));
    }

    private static JsonObject claims() {
        return new JsonObject()
                .put("sub", "alice")
                .put("aud", "runlog")
                .put("scope", "executions:read ops")
                .put("exp", Instant.now().getEpochSecond() + 3600);
    }

    private static String rs256(String kid, JsonObject claims) throws Exception {
        return Forge.token(Forge.header("RS256", kid), claims.encode(), "RS256", rsa.getPrivate());
    }

    private static String signed(String algorithm, String kid, KeyPair pair) throws Exception {
        return Forge.token(Forge.header(algorithm, kid), claims().encode(), algorithm, pair.getPrivate());
    }

    private static String withHeader(String header) throws Exception {
        return Forge.token(header, claims().encode(), "RS256", rsa.getPrivate());
    }

    private static JsonObject keys(JsonObject... keys) {
        return new JsonObject().put("keys", new JsonArray(List.of(keys)));
    }

    private static JsonObject without(JsonObject object, String name) {
        JsonObject copy = object.copy();
        copy.remove(name);
        return copy;
    }

    private void serve(JsonObject document) {
        answer = request -> request.response().end(document.encode());
    }

    private static Clock clock(AtomicReference<Instant> now) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now.get();
            }
        };
    }

    private AuthConfig config() {
        return new AuthConfig()
                .jwksUrl("http://127.0.0.1:" + issuer.actualPort() + "/jwks")
                .audience("runlog");
    }

    private Authenticator authenticator(AuthConfig config) throws Exception {
        return await(Authenticator.create(vertx, config.build()));
    }

    private static String subject(Authenticator authenticator, String token) throws Exception {
        return await(authenticator.authenticate("Bearer " + token)).viewer().subject();
    }

    private static void assertRefused(Authenticator authenticator, String token) {
        assertThatThrownBy(() -> await(authenticator.authenticate("Bearer " + token)))
                .as(token)
                .isInstanceOfSatisfying(RunlogException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.UNAUTHENTICATED));
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

    private static <T> T await(Future<T> future) throws Exception {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw failure;
        }
    }
}
