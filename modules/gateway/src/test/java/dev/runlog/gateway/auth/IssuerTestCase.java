package dev.runlog.gateway.auth;

import static dev.runlog.testing.Futures.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** Serves the keys of an issuer over real HTTP. */
@ExtendWith(VertxExtension.class)
abstract class IssuerTestCase {
    static KeyPair rsa;
    static KeyPair ec;

    Vertx vertx;
    HttpServer issuer;
    volatile Consumer<HttpServerRequest> answer = request -> request.response().end("{}");

    @BeforeAll
    static void makeKeys() throws Exception {
        rsa = Forge.rsa(2048);
        ec = Forge.ec("secp256r1");
    }

    @BeforeEach
    void startIssuer(Vertx opened) {
        vertx = opened;
        issuer = await(vertx.createHttpServer()
                .requestHandler(request -> answer.accept(request))
                .listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stopIssuer() {
        await(issuer.close());
    }

    /** Tokens that were made without a private key. */
    static List<String> forgeries() throws Exception {
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

    static JsonObject claims() {
        return new JsonObject()
                .put("sub", "alice")
                .put("aud", "runlog")
                .put("scope", "executions:read ops")
                .put("exp", Instant.now().getEpochSecond() + 3600);
    }

    static String rs256(String kid, JsonObject claims) throws Exception {
        return Forge.token(Forge.header("RS256", kid), claims.encode(), "RS256", rsa.getPrivate());
    }

    static String signed(String algorithm, String kid, KeyPair pair) throws Exception {
        return Forge.token(Forge.header(algorithm, kid), claims().encode(), algorithm, pair.getPrivate());
    }

    static JsonObject keys(JsonObject... keys) {
        return new JsonObject().put("keys", new JsonArray(List.of(keys)));
    }

    void serve(JsonObject document) {
        answer = request -> request.response().end(document.encode());
    }

    AuthConfig config() {
        return new AuthConfig()
                .jwksUrl("http://127.0.0.1:" + issuer.actualPort() + "/jwks")
                .audience("runlog");
    }

    Authenticator authenticator(AuthConfig config) {
        return await(Authenticator.create(vertx, config.build()));
    }

    static String subject(Authenticator authenticator, String token) {
        return await(authenticator.authenticate("Bearer " + token)).viewer().subject();
    }

    static void assertRefused(Authenticator authenticator, String token) {
        assertThatThrownBy(() -> await(authenticator.authenticate("Bearer " + token)))
                .as(token)
                .isInstanceOfSatisfying(RunlogException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.UNAUTHENTICATED));
    }
}
