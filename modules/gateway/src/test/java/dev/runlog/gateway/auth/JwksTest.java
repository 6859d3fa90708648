package dev.runlog.gateway.auth;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.KeyPair;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which tokens the keys of an issuer verify, and which are always refused. */
final class JwksTest extends IssuerTestCase {
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
        KeyPair ed25519 = Forge.ed25519();
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
        KeyPair weak = Forge.rsa(1024);
        serve(keys(Forge.jwk("one", rsa).put("alg", "RS256"), Forge.jwk("other", other), Forge.jwk("weak", weak)));
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
                Forge.token(Forge.header("RS256", "weak"), claims, "RS256", weak.getPrivate()),
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
                Forge.without(header, "alg").encode(),
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
    void needsAnAudienceUnlessTheOperatorSaysOtherwise() throws Exception {
        serve(keys(Forge.jwk("one", rsa)));

        assertThatThrownBy(() -> authenticator(config().audience("")))
                .hasMessageContaining("auth.audience is empty")
                .hasMessageContaining("auth.audience-required");
        Authenticator open = authenticator(config().audience("").audienceRequired(false));
        assertThat(subject(open, rs256("one", Forge.without(claims(), "aud")))).isEqualTo("alice");

        Authenticator strict = authenticator(config());
        assertThat(subject(
                        strict,
                        rs256(
                                "one",
                                claims().put("aud", new JsonArray().add("x").add("runlog")))))
                .isEqualTo("alice");
        for (JsonObject claims : List.of(
                Forge.without(claims(), "aud"),
                claims().put("aud", "others"),
                claims().put("aud", ""),
                claims().putNull("aud"),
                claims().put("aud", new JsonArray()),
                claims().put("aud", new JsonArray().add(new JsonArray().add("runlog"))),
                claims().put("aud", new JsonObject().put("runlog", "runlog")))) {
            assertRefused(strict, rs256("one", claims));
        }
    }

    private static String withHeader(String header) throws Exception {
        return Forge.token(header, claims().encode(), "RS256", rsa.getPrivate());
    }
}
