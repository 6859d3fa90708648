package dev.runlog.gateway.auth;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.testing.TestClock;
import io.vertx.core.Vertx;
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
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Which keys tokens are verified with, and which tokens are refused. */
@ExtendWith(VertxExtension.class)
final class AuthenticatorTest {
    private static final String SECRET = "a secret of tests, of 32 characters";

    @TempDir
    Path directory;

    @Test
    void knowsTheSubjectTheScopesAndTheEndOfATokenOfItsSecret(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        AuthenticatedViewer alice = await(authenticator.authenticate("Bearer " + hs256(vertx, SECRET, claims())));

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
            "Bearer " + hs256(vertx, SECRET, Forge.without(good, "exp")),
            "Bearer " + hs256(vertx, SECRET, Forge.without(good, "sub")),
            "Bearer " + hs256(vertx, SECRET, Forge.without(good, "iss"))
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
        TestClock clock = new TestClock(Instant.now());
        Authenticator authenticator = await(Authenticator.create(vertx, config(SECRET, List.of(), "", ""), clock));
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
        String header = "Bearer " + hs256(vertx, SECRET, claims().put("exp", end.getEpochSecond()));
        AuthenticatedViewer first = await(authenticator.authenticate(header));
        assertThat(await(authenticator.authenticate(header))).as("it is known").isSameAs(first);

        clock.advance(Duration.ofSeconds(3));

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
    void refusesToStartWithoutAKeyOrWithABadOne(Vertx vertx) throws Exception {
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "hello");

        assertThatThrownBy(() -> authenticator(vertx, config("", List.of(), "", "")))
                .hasMessageContaining("no key");
        assertThatThrownBy(() -> authenticator(vertx, config("short", List.of(), "", "")))
                .hasMessageContaining("auth.secret");
        assertThatThrownBy(() -> authenticator(vertx, config("", List.of(nonsense.toString()), "", "")))
                .hasMessageContaining("nonsense.pem");
    }

    @Test
    void refusesWeakKeysAndKeysOfAnotherKind(Vertx vertx) throws Exception {
        // 31 characters, one of them of two bytes; 16 characters of two bytes each.
        await(Authenticator.create(
                vertx, new AuthConfig().secret("\u00e9" + "x".repeat(30)).build()));
        await(Authenticator.create(
                vertx, new AuthConfig().secret("\u00e9".repeat(16)).build()));
        assertThatThrownBy(() -> authenticator(vertx, config("x".repeat(31), List.of(), "", "")))
                .hasMessageContaining("auth.secret")
                .hasMessageContaining("31 bytes");

        Path weak = Files.writeString(directory.resolve("weak.pem"), Forge.pem(Forge.rsa(1024)));
        assertThatThrownBy(() -> authenticator(vertx, config("", List.of(weak.toString()), "", "")))
                .hasMessageContaining("weak.pem")
                .hasMessageContaining("1024 bits");
        Path dsa = Files.writeString(
                directory.resolve("dsa.pem"),
                Forge.pem(KeyPairGenerator.getInstance("DSA").generateKeyPair()));
        assertThatThrownBy(() -> authenticator(vertx, config("", List.of(dsa.toString()), "", "")))
                .hasMessageContaining("dsa.pem");
        assertThatThrownBy(() -> authenticator(vertx, config("", List.of("absent.pem"), "", "")))
                .hasMessageContaining("auth.public-keys: absent.pem cannot be read");
    }

    @Test
    void takesEdwardsKeysFromAFile(Vertx vertx) throws Exception {
        KeyPair pair = Forge.ed25519();
        Path file = Files.writeString(directory.resolve("ed.pem"), Forge.pem(pair));
        Authenticator authenticator = authenticator(vertx, config("", List.of(file.toString()), "", ""));

        String token = Forge.token(Forge.header("EdDSA", "any"), claims().encode(), "EdDSA", pair.getPrivate());

        assertThat(await(authenticator.authenticate("Bearer " + token)).viewer().subject())
                .isEqualTo("alice");
    }

    private static JsonObject claims() {
        return new JsonObject()
                .put("sub", "alice")
                .put("scope", "executions:read ops others:words")
                .put("exp", Instant.now().getEpochSecond() + 3600);
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
        return new AuthConfig()
                .secret(secret)
                .publicKeys(publicKeys)
                .issuer(issuer)
                .audience(audience)
                .build();
    }

    private static Authenticator authenticator(Vertx vertx, GatewayConfig.Auth config) {
        return await(Authenticator.create(vertx, config));
    }
}
