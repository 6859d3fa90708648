package dev.runlog.app.server;

import dev.runlog.app.config.RunlogConfig;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;

/** Signs a token without a running server. */
public final class DevelopmentToken {
    private DevelopmentToken() {}

    public static String sign(RunlogConfig config, String subject, List<String> scopes, Duration validFor) {
        Vertx vertx = Vertx.vertx();
        try {
            return Tokens.sign(vertx, config, subject, scopes, validFor);
        } finally {
            vertx.close();
        }
    }
}
