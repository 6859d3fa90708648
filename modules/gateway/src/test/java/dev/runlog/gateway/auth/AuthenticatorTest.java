package dev.runlog.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.gateway.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
final class AuthenticatorTest {
    private static final String SECRET = "a secret of tests, of 32 characters";

    @TempDir
    Path directory;

    @Test
    void knowsTheSubjectTheScopesAndTheEndOfATokenOfItsSecret(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        Authenticated alice = await(authenticator.authenticate("Bearer " + hs256(vertx, SECRET, claims())));

        assertThat(alice.viewer().subject()).isEqualTo("alice");
        assertThat(alice.viewer().scopes()).containsExactlyInAnyOrder(Scope.READ, Scope.OPS);
        assertThat(alice.expiresAt()).isAfter(Instant.now().plusSeconds(3000));
    }

    @Test
    void refusesWhateverIsNoValidToken(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "us", "them"));
        JsonObject good = claims().put("iss", "us").put("aud", "them");
        await(authenticator.authenticate("bearer " + hs256(vertx, SECRET, good)));
        long now = Instant.now().getEpochSecond();
        String valid = hs256(vertx, SECRET, good);
        String[] parts = valid.split("\\.", -1);

        for (String header : new String[] {
            null,
            "",
            "Basic abc",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer x.y.z",
            "Bearer " + "A".repeat(10_000),
            "Bearer " + none(good),
            "Bearer " + parts[0] + "." + parts[1] + ".",
            "Bearer " + parts[0] + "." + base64(good.copy().put("sub", "root").encode()) + "." + parts[2],
            "Bearer " + hs256(vertx, "another secret of 32 characters!!", good),
            "Bearer " + hs256(vertx, SECRET, good.copy().put("exp", now - 60)),
            "Bearer " + hs256(vertx, SECRET, good.copy().put("nbf", now + 600)),
            "Bearer " + hs256(vertx, SECRET, good.copy().put("iss", "others")),
            "Bearer " + hs256(vertx, SECRET, good.copy().put("aud", "others")),
            "Bearer " + hs256(vertx, SECRET, without(good, "exp")),
            "Bearer " + hs256(vertx, SECRET, without(good, "sub")),
            "Bearer " + hs256(vertx, SECRET, without(good, "iss"))
        }) {
            assertThatThrownBy(() -> await(authenticator.authenticate(header)))
                    .as(String.valueOf(header))
                    .isInstanceOfSatisfying(RunlogException.class, refused -> {
                        assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
                        assertThat(refused.getMessage()).doesNotContain(parts[1]);
                    });
        }
    }

    @Test
    void refusesATokenThatItKnowsOnceItIsExpired(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
        String header = "Bearer " + hs256(vertx, SECRET, claims().put("exp", end.getEpochSecond()));
        Authenticated first = await(authenticator.authenticate(header));
        assertThat(await(authenticator.authenticate(header))).as("it is known").isSameAs(first);

        while (Instant.now().isBefore(end)) {
            Thread.onSpinWait();
        }

        assertThatThrownBy(() -> await(authenticator.authenticate(header)))
                .isInstanceOfSatisfying(RunlogException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.UNAUTHENTICATED))
                .hasMessageContaining("expired");
    }

    @Test
    void takesTokensOfPublicKeysAndNoKeyForAnothersAlgorithm(Vertx vertx) throws Exception {
        KeyPair rsa = rsa();
        KeyPairGenerator curves = KeyPairGenerator.getInstance("EC");
        curves.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair ec = curves.generateKeyPair();
        String rsaPem = pem("PUBLIC KEY", rsa.getPublic().getEncoded());
        Path rsaFile = Files.writeString(directory.resolve("rsa.pem"), rsaPem);
        Path ecFile = Files.writeString(
                directory.resolve("ec.pem"), pem("PUBLIC KEY", ec.getPublic().getEncoded()));
        Authenticator authenticator =
                authenticator(vertx, config("", List.of(rsaFile.toString(), ecFile.toString()), "", ""));

        for (String token : List.of(
                signed(vertx, "RS256", pem("PRIVATE KEY", rsa.getPrivate().getEncoded()), claims()),
                signed(vertx, "ES256", pem("PRIVATE KEY", ec.getPrivate().getEncoded()), claims()))) {
            assertThat(await(authenticator.authenticate("Bearer " + token))
                            .viewer()
                            .subject())
                    .isEqualTo("alice");
        }
        // The public key as a secret: what everyone has must not sign.
        for (String confused : List.of(
                hs256(vertx, rsaPem, claims()),
                hs256(vertx, rsaPem.replace("\n", ""), claims()),
                none(claims()),
                signed(vertx, "RS256", pem("PRIVATE KEY", rsa().getPrivate().getEncoded()), claims()))) {
            assertThatThrownBy(() -> await(authenticator.authenticate("Bearer " + confused)))
                    .isInstanceOf(RunlogException.class);
        }
    }

    @Test
    void readsTheKeysOfAJwksDocument(Vertx vertx) throws Exception {
        KeyPair pair = rsa();
        RSAPublicKey key = (RSAPublicKey) pair.getPublic();
        JsonObject jwk = new JsonObject()
                .put("kty", "RSA")
                .put("use", "sig")
                .put("alg", "RS256")
                .put("kid", "one")
                .put("n", base64(unsigned(key.getModulus().toByteArray())))
                .put("e", base64(unsigned(key.getPublicExponent().toByteArray())));
        JsonObject symmetric = new JsonObject()
                .put("kty", "oct")
                .put("alg", "HS256")
                .put("k", base64(SECRET.getBytes(StandardCharsets.UTF_8)));
        JsonObject document =
                new JsonObject().put("keys", new JsonArray().add(jwk).add(symmetric));
        int port = await(vertx.createHttpServer()
                        .requestHandler(request -> request.response().end(document.encode()))
                        .listen(0, "127.0.0.1"))
                .actualPort();
        Authenticator authenticator = authenticator(
                vertx,
                new GatewayConfig.Auth(
                        "",
                        List.of(),
                        "http://127.0.0.1:" + port + "/jwks",
                        Duration.ofMinutes(10),
                        "",
                        "",
                        Duration.ZERO,
                        100));

        String token = JWTAuth.create(
                        vertx,
                        new JWTAuthOptions()
                                .addPubSecKey(new PubSecKeyOptions()
                                        .setAlgorithm("RS256")
                                        .setId("one")
                                        .setBuffer(pem(
                                                "PRIVATE KEY", pair.getPrivate().getEncoded()))))
                .generateToken(claims(), new JWTOptions().setAlgorithm("RS256"));

        assertThat(await(authenticator.authenticate("Bearer " + token)).viewer().subject())
                .isEqualTo("alice");
        assertThatThrownBy(() -> await(authenticator.authenticate("Bearer " + hs256(vertx, SECRET, claims()))))
                .isInstanceOf(RunlogException.class);
    }

    @Test
    void refusesToStartWithoutAKeyOrWithABadOne(Vertx vertx) throws Exception {
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "hello");

        assertThatThrownBy(() -> authenticator(vertx, config("", List.of(), "", "")))
                .hasMessageContaining("no key");
        assertThatThrownBy(() -> authenticator(vertx, config("short", List.of(), "", "")))
                .hasMessageContaining("auth.secret");
        assertThatThrownBy(() -> authenticator(vertx, config("", List.of(nonsense.toString()), "", "")))
                .hasMessageContaining("nonsense.pem");
    }

    private static JsonObject claims() {
        return new JsonObject()
                .put("sub", "alice")
                .put("scope", "executions:read ops others:words")
                .put("exp", Instant.now().getEpochSecond() + 3600);
    }

    private static JsonObject without(JsonObject claims, String name) {
        JsonObject copy = claims.copy();
        copy.remove(name);
        return copy;
    }

    private static String hs256(Vertx vertx, String secret, JsonObject claims) {
        return signed(vertx, "HS256", secret, claims);
    }

    private static String signed(Vertx vertx, String algorithm, String key, JsonObject claims) {
        return JWTAuth.create(
                        vertx,
                        new JWTAuthOptions()
                                .addPubSecKey(new PubSecKeyOptions()
                                        .setAlgorithm(algorithm)
                                        .setBuffer(key)))
                .generateToken(claims, new JWTOptions().setAlgorithm(algorithm));
    }

    private static String none(JsonObject claims) {
        return base64("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "." + base64(claims.encode()) + ".";
    }

    private static KeyPair rsa() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return generator.generateKeyPair();
    }

    private static byte[] unsigned(byte[] bytes) {
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static String base64(String text) {
        return base64(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String pem(String kind, byte[] der) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + kind + "-----\n";
    }

    private static GatewayConfig.Auth config(String secret, List<String> publicKeys, String issuer, String audience) {
        return new GatewayConfig.Auth(
                secret, publicKeys, "", Duration.ofMinutes(10), issuer, audience, Duration.ZERO, 100);
    }

    private static Authenticator authenticator(Vertx vertx, GatewayConfig.Auth config) throws Exception {
        return await(Authenticator.create(vertx, config));
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
