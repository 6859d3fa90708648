package dev.runlog.gateway.rest;

import dev.runlog.gateway.http.PublicDocuments;
import io.vertx.ext.web.Router;

/** {@code /openapi.json}: the REST endpoints as an OpenAPI document. Does not require a token. */
public final class OpenApi {
    private OpenApi() {}

    public static void mount(Router router) {
        PublicDocuments.mount(router, "/openapi.json", "/openapi.json", "application/json");
    }
}
