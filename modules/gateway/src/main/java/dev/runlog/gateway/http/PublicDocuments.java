package dev.runlog.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** Documents that describe the API. They do not require a token. */
public final class PublicDocuments {
    private PublicDocuments() {}

    /** Serves a resource of this module, such as {@code /openapi.json}, at a path. */
    public static void mount(Router router, String path, String resource, String mediaType) {
        mount(router, path, resource, mediaType, UnaryOperator.identity());
    }

    /** The same with a change to the text of the document. */
    public static void mount(
            Router router, String path, String resource, String mediaType, UnaryOperator<String> change) {
        Buffer document = Buffer.buffer(change.apply(read(resource)));
        router.get(path).handler(ctx -> ctx.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, mediaType + "; charset=utf-8")
                .end(document));
    }

    private static String read(String resource) {
        try (InputStream document = PublicDocuments.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(document, resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
