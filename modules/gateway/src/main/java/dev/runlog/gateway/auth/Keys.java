package dev.runlog.gateway.auth;

import dev.runlog.gateway.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.PubSecKeyOptions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** The configured keys, each for the algorithms of its own kind, so that no key is taken for another's. */
record Keys(List<PubSecKeyOptions> pems, List<JsonObject> jwks) {
    private static final int SECRET_BYTES_MIN = 32;
    private static final int TIMEOUT_MILLIS = 5000;
    private static final Set<String> PUBLIC_KEY_TYPES = Set.of("RSA", "EC");

    boolean isEmpty() {
        return pems.isEmpty() && jwks.isEmpty();
    }

    static Future<Keys> read(Vertx vertx, GatewayConfig.Auth config) {
        List<PubSecKeyOptions> pems = new ArrayList<>();
        if (!config.secret().isEmpty()) {
            if (config.secret().length() < SECRET_BYTES_MIN) {
                return Future.failedFuture("auth.secret: it must have at least " + SECRET_BYTES_MIN + " characters.");
            }
            pems.add(new PubSecKeyOptions().setAlgorithm("HS256").setBuffer(config.secret()));
        }
        Future<Void> files = Future.succeededFuture();
        for (String file : config.publicKeys()) {
            files = files.compose(done -> vertx.fileSystem().readFile(file))
                    .map(pem -> pems.addAll(ofPem(file, pem.toString())))
                    .mapEmpty();
        }
        return files.compose(done -> config.jwksUrl().isEmpty()
                        ? Future.succeededFuture(List.<JsonObject>of())
                        : fetch(vertx, config.jwksUrl()))
                .map(jwks -> new Keys(pems, jwks));
    }

    private static List<PubSecKeyOptions> ofPem(String file, String pem) {
        return algorithms(file, pem).stream()
                .map(algorithm -> new PubSecKeyOptions().setAlgorithm(algorithm).setBuffer(pem))
                .toList();
    }

    private static List<String> algorithms(String file, String pem) {
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IllegalArgumentException notBase64) {
            throw new IllegalStateException(
                    "auth.public-keys: " + file + " is no PEM file of a public key.", notBase64);
        }
        try {
            KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
            return List.of("RS256", "RS384", "RS512");
        } catch (GeneralSecurityException notRsa) {
            return List.of(curveAlgorithm(file, der));
        }
    }

    private static String curveAlgorithm(String file, byte[] der) {
        try {
            ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
            return switch (key.getParams().getCurve().getField().getFieldSize()) {
                case 256 -> "ES256";
                case 384 -> "ES384";
                default -> "ES512";
            };
        } catch (GeneralSecurityException neither) {
            throw new IllegalStateException(
                    "auth.public-keys: " + file + " holds neither an RSA nor an EC public key.", neither);
        }
    }

    /** Only public keys for signatures: a symmetric key that stands in a public document protects nothing. */
    private static Future<List<JsonObject>> fetch(Vertx vertx, String url) {
        HttpClient client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout(TIMEOUT_MILLIS));
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setAbsoluteURI(url)
                        .setTimeout(TIMEOUT_MILLIS))
                .compose(request -> request.send())
                .compose(response -> response.statusCode() == 200
                        ? response.body()
                        : Future.failedFuture("It answered " + response.statusCode() + "."))
                .map(body -> body.toJsonObject().getJsonArray("keys").stream()
                        .map(JsonObject.class::cast)
                        .filter(key -> PUBLIC_KEY_TYPES.contains(key.getString("kty")))
                        .filter(key -> !"enc".equals(key.getString("use")))
                        .toList())
                .recover(failure ->
                        Future.failedFuture("auth.jwks-url: " + url + " cannot be read: " + failure.getMessage()))
                .eventually(client::close);
    }
}
