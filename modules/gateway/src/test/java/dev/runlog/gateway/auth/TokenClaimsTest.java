package dev.runlog.gateway.auth;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.gateway.config.GatewayConfig;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which claims of a token with a valid signature are accepted, and what they mean. */
@ExtendWith(VertxExtension.class)
final class TokenClaimsTest {
    private static final String SECRET = "a secret of tests, of 32 characters";

    @Test
    void saysWhetherATokenIsExpiredOrNotValidYet(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx);
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
        Authenticator authenticator = authenticator(vertx);

        for (String claims : List.of(
                "{\"sub\":\"alice\",\"exp\":" + number + "}",
                "{\"sub\":\"alice\",\"exp\":4102444800,\"nbf\":" + number + "}",
                "{\"sub\":\"alice\",\"exp\":4102444800,\"iat\":" + number + "}")) {
            assertThat(refusal(authenticator, claims)).isNotEmpty();
        }
    }

    @Test
    void refusesANumberOfThousandsOfDigits(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx);

        assertThat(refusal(authenticator, "{\"sub\":\"alice\",\"exp\":" + "9".repeat(5000) + "}"))
                .isNotEmpty();
        assertThat(refusal(authenticator, "{\"sub\":" + "[".repeat(2500) + "]".repeat(2500) + "}"))
                .isNotEmpty();
    }

    @Test
    void refusesClaimsThatAreNoStrictJson(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx);
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
        Authenticator authenticator = authenticator(vertx);

        assertThat(refusal(authenticator, "{\"sub\":\"" + subject + "\",\"exp\":4102444800}"))
                .contains("subject");
    }

    @Test
    void boundsTheSubject(Vertx vertx) throws Exception {
        Authenticator authenticator = authenticator(vertx);

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
        Authenticator plain = authenticator(vertx);
        JsonObject bare = Forge.without(claims(), "scope");

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
        Authenticator authenticator = authenticator(vertx);

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

    private static Authenticator authenticator(Vertx vertx) {
        return authenticator(vertx, new AuthConfig().secret(SECRET).build());
    }

    private static Authenticator authenticator(Vertx vertx, GatewayConfig.Auth config) {
        return await(Authenticator.create(vertx, config));
    }
}
