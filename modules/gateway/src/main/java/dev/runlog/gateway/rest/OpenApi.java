package dev.runlog.gateway.rest;

import dev.runlog.gateway.http.PublicDocuments;
import io.vertx.ext.web.Router;

/** {@code /openapi.json}: the REST endpoints as an OpenAPI document. Does not require a token. */
public final class OpenApi {
    private OpenApi() {}

    /** Serves the document, with the base path as its server. */
    public static void mount(Router router, String base) {
        PublicDocuments.mount(
                router,
                "/openapi.json",
                "/openapi.json",
                "application/json",
                document -> base.isEmpty()
                        ? document
                        : document.replaceFirst("\\{", "{\"servers\": [{\"url\": \"" + base + "\"}],"));
    }
}
