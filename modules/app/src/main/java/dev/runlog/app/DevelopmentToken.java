package dev.runlog.app;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/** Signs a token outside of a server. */
final class DevelopmentToken {
    private DevelopmentToken() {}

    static String sign(RunlogConfig config, String subject, List<String> scopes, Duration validFor) {
        Vertx vertx = Vertx.vertx();
        try {
            return Tokens.sign(vertx, config, subject, scopes, validFor);
        } finally {
            vertx.close();
        }
    }
}
