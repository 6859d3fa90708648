package dev.runlog.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.gateway.config.GatewayConfig;
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
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        AuthenticatedViewer first = await(authenticator.authenticate(header));
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

    @Test
    void saysWhetherATokenIsExpiredOrNotValidYet(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));
        long now = Instant.now().getEpochSecond();

        assertThat(refusal(authenticator, claims().put("exp", now - 1))).isEqualTo("The token has expired.");
        assertThat(refusal(authenticator, claims().put("nbf", now + 600))).isEqualTo("The token is not valid yet.");
        assertThat(refusal(authenticator, claims().put("iat", now + 600)))
                .isEqualTo("The token was issued in the future.");
        await(authenticator.authenticate(
                bearer(claims().put("nbf", now - 5).put("iat", now - 5).encode())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1e999",
                "-1e999",
                "1e99999999999",
                "1e-99999999999",
                "1000e2147483647",
                "1e2147483647",
                "1e-2147483647",
                "-1",
                "-9223372036854775809",
                "9223372036854775807",
                "9223372036854775808",
                "31556889864403200",
                "253402300800",
                "4102444800.5",
                "\"4102444800\"",
                "\"\"",
                "null",
                "true",
                "[4102444800]",
                "{}",
                "NaN",
                "Infinity"
            })
    void refusesTimesThatAreNoWholeSeconds(String number, Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        for (String claims : List.of(
                "{\"sub\":\"alice\",\"exp\":" + number + "}",
                "{\"sub\":\"alice\",\"exp\":4102444800,\"nbf\":" + number + "}",
                "{\"sub\":\"alice\",\"exp\":4102444800,\"iat\":" + number + "}")) {
            assertThat(refusal(authenticator, claims)).isNotEmpty();
        }
    }

    @Test
    void refusesANumberOfThousandsOfDigits(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        assertThat(refusal(authenticator, "{\"sub\":\"alice\",\"exp\":" + "9".repeat(5000) + "}"))
                .isNotEmpty();
        assertThat(refusal(authenticator, "{\"sub\":" + "[".repeat(2500) + "]".repeat(2500) + "}"))
                .isNotEmpty();
    }

    @Test
    void refusesClaimsThatAreNoStrictJson(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));
        String good = claims().encode();

        for (String claims : List.of(
                "",
                "null",
                "[" + good + "]",
                good + good,
                good + " x",
                "{\"sub\":\"root\"," + good.substring(1),
                good.replace("\"sub\"", "\"\\u0073ub\":\"root\",\"sub\""))) {
            assertThat(refusal(authenticator, claims)).isEqualTo("The token is not valid.");
        }
        byte[] utf16 = good.getBytes(StandardCharsets.UTF_16BE);
        byte[] notUtf8 = good.replace("alice", "al\u00edce").getBytes(StandardCharsets.ISO_8859_1);
        for (byte[] claims : List.of(utf16, notUtf8)) {
            String signed = Forge.base64("{\"alg\":\"HS256\"}") + "." + Forge.base64(claims);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String token = signed + "." + Forge.base64(mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
            assertUnauthenticated(authenticator, "Bearer " + token);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "eve\\ud800x",
                "\\udc00\\ud800",
                "eve\\ud800",
                "eve\\u0000",
                "\\u0000",
                "eve\\n",
                "eve\\u001b[2J",
                "eve\\u007f",
                "eve\\u009b",
                "eve\\u202eevil",
                "eve\\u2066evil",
                "eve\\u2028evil",
                "",
                "  "
            })
    void refusesSubjectsThatAreNoPlainText(String subject, Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        assertThat(refusal(authenticator, "{\"sub\":\"" + subject + "\",\"exp\":4102444800}"))
                .contains("subject");
    }

    @Test
    void boundsTheSubject(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        assertThat(refusal(authenticator, claims().put("sub", "x".repeat(257)))).contains("256");
        for (String subject : List.of("x".repeat(256), "\ud83d\ude00 \u540d\u524d", "auth0|5f7c8ec7c33c6c004bbafe82")) {
            assertThat(await(authenticator.authenticate(
                                    bearer(claims().put("sub", subject).encode())))
                            .viewer()
                            .subject())
                    .isEqualTo(subject);
        }
    }

    @Test
    void refusesTokensThatLiveTooLong(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(
                vertx,
                new AuthConfig()
                        .secret(SECRET)
                        .tokenLifeMax(Duration.ofHours(1))
                        .build());
        long now = Instant.now().getEpochSecond();

        await(authenticator.authenticate(
                bearer(claims().put("iat", now).put("exp", now + 3600).encode())));
        await(authenticator.authenticate(bearer(claims().put("exp", now + 3600).encode())));
        for (JsonObject claims : List.of(
                claims().put("iat", now).put("exp", now + 3601),
                claims().put("iat", now - 1800).put("exp", now + 1801),
                claims().put("iat", 0).put("exp", now + 60),
                claims().put("exp", now + 7200))) {
            assertThat(refusal(authenticator, claims)).contains("at most 3600 s");
        }
    }

    @Test
    void givesDefaultScopesToTokensWithoutAScopeClaimOnly(Vertx vertx) throws Exception {
        GatewayConfig.Auth config = new AuthConfig()
                .secret(SECRET)
                .defaultScopes("executions:read", "executions:write")
                .build();
        Authenticator generous = authenticator(vertx, config);
        Authenticator plain = authenticator(vertx, config(SECRET, List.of(), "", ""));
        JsonObject bare = without(claims(), "scope");

        assertThat(scopes(generous, bare)).containsExactlyInAnyOrder(Scope.READ, Scope.WRITE);
        assertThat(scopes(plain, bare)).isEmpty();
        for (JsonObject claims : List.of(
                bare.copy().put("scope", ""),
                bare.copy().put("scope", "openid"),
                bare.copy().putNull("scope"),
                bare.copy().put("scope", 1),
                bare.copy().put("scp", new JsonArray()),
                bare.copy().put("scope", "").put("scp", "ops"),
                bare.copy().putNull("scope").put("scp", new JsonArray().add("ops")),
                bare.copy().put("scope", 1).put("scopes", "ops"),
                bare.copy().put("scp", "").put("scopes", "ops"),
                bare.copy().put("scopes", new JsonArray().add(new JsonArray().add("executions:read"))))) {
            assertThat(scopes(generous, claims)).as(claims.encode()).isEmpty();
        }
        assertThat(scopes(generous, bare.copy().put("scp", new JsonArray().add("ops"))))
                .containsExactly(Scope.OPS);
        assertThatThrownBy(() -> authenticator(
                        vertx,
                        new AuthConfig().secret(SECRET).defaultScopes("read").build()))
                .hasMessageContaining("Invalid `auth.default-scopes`: read");
    }

    @Test
    void keepsNoTokenOfMoreThanItsLimit(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx, config(SECRET, List.of(), "", ""));

        await(authenticator.authenticate(
                bearer(claims().put("groups", "x".repeat(5000)).encode())));
        assertThat(refusal(authenticator, claims().put("groups", "x".repeat(7000))))
                .contains("larger than 8192 bytes");
    }

    private static Set<Scope> scopes(Authenticator authenticator, JsonObject claims) throws Exception {
        return await(authenticator.authenticate(bearer(claims.encode())))
                .viewer()
                .scopes();
    }

    private static String refusal(Authenticator authenticator, JsonObject claims) throws Exception {
        return refusal(authenticator, claims.encode());
    }

    private static String refusal(Authenticator authenticator, String claims) throws Exception {
        return assertUnauthenticated(authenticator, bearer(claims));
    }

    private static String assertUnauthenticated(Authenticator authenticator, String header) {
        AtomicReference<String> message = new AtomicReference<>();
        assertThatThrownBy(() -> await(authenticator.authenticate(header)))
                .isInstanceOfSatisfying(RunlogException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
                    message.set(refused.getMessage());
                });
        return message.get();
    }

    /** A token with a valid signature and the given claims. */
    private static String bearer(String claims) throws Exception {
        return "Bearer " + Forge.hs256("{\"alg\":\"HS256\"}", claims, SECRET.getBytes(StandardCharsets.UTF_8));
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
