package dev.runlog.gateway.auth;

import dev.runlog.gateway.config.GatewayConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the JWKS document of {@code auth.jwks-url}. Does not follow redirects, and limits the size of the document. */
final class JwksClient {
    private static final Logger log = LoggerFactory.getLogger(JwksClient.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    /** Names and addresses of this machine. Other names are not resolved to check whether they belong to it. */
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|::1|0:0:0:0:0:0:0:1");

    private final Vertx vertx;
    private final GatewayConfig.Auth config;
    private final URI url;

    /** Fails if the URL is not {@code https}, or {@code http} to this machine. */
    JwksClient(Vertx vertx, GatewayConfig.Auth config) {
        this.vertx = vertx;
        this.config = config;
        this.url = checked(config.jwksUrl());
    }

    /** Reads the document, waiting up to {@code auth.jwks-wait} for an issuer that does not respond yet. */
    Future<Jwks> readPatiently() {
        long deadline = System.nanoTime() + config.jwksWait().toNanos();
        return fetchUntil(deadline, true).map(this::toJwks);
    }

    /** Reads the document once. */
    Future<Jwks> read() {
        return fetch().map(this::toJwks);
    }

    private Future<Buffer> fetchUntil(long deadline, boolean first) {
        return fetch().recover(failure -> {
            if (deadline - System.nanoTime() < PAUSE.toNanos()) {
                return Future.failedFuture(failure);
            }
            if (first) {
                log.warn(
                        "{} Trying again for up to {} s.",
                        failure.getMessage(),
                        config.jwksWait().toSeconds());
            }
            return vertx.timer(PAUSE.toMillis(), TimeUnit.MILLISECONDS).compose(elapsed -> fetchUntil(deadline, false));
        });
    }

    private Jwks toJwks(Buffer document) {
        try {
            return Jwks.read(document.getBytes());
        } catch (IllegalArgumentException unusable) {
            throw new IllegalStateException("auth.jwks-url: " + url + " is not usable: " + unusable.getMessage() + ".");
        }
    }

    private Future<Buffer> fetch() {
        boolean tls = url.getScheme().equalsIgnoreCase("https");
        int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
        String path = Objects.requireNonNullElse(url.getRawPath(), "");
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setSsl(tls)
                .setHost(host(url))
                .setPort(port)
                .setURI((path.isEmpty() ? "/" : path) + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery()))
                .putHeader("Accept", "application/json");
        long timeoutMillis = config.jwksTimeout().toMillis();
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setConnectTimeout((int) Math.min(timeoutMillis, Integer.MAX_VALUE)));
        return client.request(request)
                .compose(prepared -> prepared.send().compose(this::body))
                .timeout(timeoutMillis, TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(new IllegalStateException(
                        "auth.jwks-url: " + url + " cannot be read: "
                                + (failure instanceof TimeoutException
                                        ? "no response within " + timeoutMillis + " ms"
                                        : failure.getMessage())
                                + ".",
                        failure)))
                .eventually(client::close);
    }

    private Future<Buffer> body(HttpClientResponse response) {
        int status = response.statusCode();
        if (status != 200) {
            return Future.failedFuture(
                    status / 100 == 3
                            ? "it redirects to another URL (status " + status + ")"
                            : "it returned status " + status);
        }
        Buffer body = Buffer.buffer();
        Promise<Buffer> complete = Promise.promise();
        response.handler(chunk -> {
            if (body.length() + chunk.length() > config.jwksMaxBytes()) {
                complete.tryFail("it is larger than " + config.jwksMaxBytes() + " bytes");
                response.request().reset();
            } else {
                body.appendBuffer(chunk);
            }
        });
        response.exceptionHandler(complete::tryFail);
        response.endHandler(end -> complete.tryComplete(body));
        return complete.future();
    }

    private static URI checked(String text) {
        try {
            URI url = new URI(text);
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if (url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null) {
                if (scheme.equals("https")
                        || scheme.equals("http")
                                && LOOPBACK.matcher(host(url).toLowerCase(Locale.ROOT))
                                        .matches()) {
                    return url;
                }
            }
        } catch (URISyntaxException malformed) {
            // Refused below.
        }
        throw new IllegalStateException(
                "Invalid `auth.jwks-url`: " + text + " (expected an https URL, or an http URL on localhost).");
    }

    private static String host(URI url) {
        return url.getHost().replaceAll("[\\[\\]]", "");
    }
}
