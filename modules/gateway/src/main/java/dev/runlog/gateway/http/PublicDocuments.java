package dev.runlog.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** Documents that describe the API. They do not require a token. */
public final class PublicDocuments {
    private PublicDocuments() {}

    /** Serves a resource of this module, such as {@code /openapi.json}, at a path. */
    public static void mount(Router router, String path, String resource, String mediaType) {
        Buffer document = Buffer.buffer(read(resource));
        router.get(path).handler(ctx -> ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, mediaType + "; charset=utf-8")
                .end(document));
    }

    private static byte[] read(String resource) {
        try (InputStream document = PublicDocuments.class.getResourceAsStream(resource)) {
            return Objects.requireNonNull(document, resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
