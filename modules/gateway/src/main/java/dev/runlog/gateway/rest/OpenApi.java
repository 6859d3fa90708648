package dev.runlog.gateway.rest;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** {@code /openapi.json}: the REST endpoints as an OpenAPI document. Does not require a token. */
public final class OpenApi {
    private static final String RESOURCE = "/openapi.json";

    private OpenApi() {}

    public static void mount(Router router) {
        Buffer document = Buffer.buffer(read());
        router.get("/openapi.json").handler(ctx -> ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json; charset=utf-8")
                .end(document));
    }

    private static byte[] read() {
        try (InputStream document = OpenApi.class.getResourceAsStream(RESOURCE)) {
            return Objects.requireNonNull(document, RESOURCE).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
