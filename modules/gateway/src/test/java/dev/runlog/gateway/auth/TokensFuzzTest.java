package dev.runlog.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.quicktheories.core.Gen;

final class TokensFuzzTest {
    private static final byte[] SECRET = "a secret of tests, of 32 characters".getBytes(StandardCharsets.US_ASCII);
    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"1\"}";
    private static final String CLAIMS =
            "{\"sub\":\"alice\",\"scope\":\"executions:read\",\"exp\":1900000000,\"iat\":1.7e9,\"nbf\":0,\"aud\":[\"x\"]}";

    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);

    @Test
    void tokensAreReadOrRefused() throws GeneralSecurityException {
        VerificationKey key = VerificationKey.ofSecret(new String(SECRET, StandardCharsets.US_ASCII));
        String token = Forge.hs256(HEADER, CLAIMS, SECRET);

        Fuzz.check(Inputs.near(token, Forge.unsigned(HEADER, CLAIMS), Forge.unsigned("{}", "[]")), text -> {
            if (isAccepted(() -> Jws.parse(text))) {
                assertThat(Jws.parse(text).isSignedBy(key)).isEqualTo(text.equals(token));
            }
        });
    }

    /** The parts of a token are mutated before they are encoded. */
    @Test
    void headersAreReadOrRefused() {
        Fuzz.check(Inputs.bytes(Inputs.near(HEADER, "{\"alg\":\"none\"}")), header -> {
            isAccepted(() -> Jws.parse(Forge.base64(header) + "." + Forge.base64(CLAIMS) + ".AAAA"));
        });
    }

    @Test
    void claimsAreReadOrRefused() {
        Claims claims = new Claims(new AuthConfig()
                .audience("x")
                .tokenLifeMax(Duration.ofDays(10_000))
                .build());

        Fuzz.check(Inputs.bytes(Inputs.near(CLAIMS)), json -> {
            Jws[] token = new Jws[1];
            ObjectNode[] object = new ObjectNode[1];
            if (isAccepted(() -> token[0] = Jws.parse(Forge.base64(HEADER) + "." + Forge.base64(json) + ".AAAA"))
                    && isAccepted(() -> object[0] = token[0].claims())
                    && isAccepted(() -> claims.check(object[0], NOW))) {
                AuthenticatedViewer accepted = claims.check(object[0], NOW);
                assertThat(accepted.expiresAt()).isAfter(NOW);
                assertThat(accepted.viewer().subject()).isNotBlank().hasSizeLessThanOrEqualTo(256);
            }
        });
    }

    @Test
    void keysAreReadOrRefused() throws GeneralSecurityException {
        Gen<String> documents = Inputs.near(
                "{\"keys\":[" + Forge.jwk("1", Forge.rsa(2048)).encode() + "]}",
                "{\"keys\":[" + Forge.jwk("2", Forge.ec("secp256r1")).encode() + "]}",
                "{\"keys\":["
                        + Forge.jwk("3", Forge.ed25519()).put("alg", "EdDSA").encode() + "]}");

        Fuzz.check(Inputs.bytes(documents), document -> {
            try {
                assertThat(Jwks.read(document).keys()).isNotEmpty();
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).hasSizeLessThan(2000);
            }
        });
    }

    private static boolean isAccepted(Runnable reader) {
        try {
            reader.run();
            return true;
        } catch (RunlogException refused) {
            assertThat(refused.code()).isEqualTo(ErrorCode.UNAUTHENTICATED);
            assertThat(refused.getMessage()).hasSizeLessThan(300);
            return false;
        }
    }
}
