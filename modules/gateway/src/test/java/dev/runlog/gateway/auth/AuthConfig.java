package dev.runlog.gateway.auth;

import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.testing.Settings;
import java.time.Duration;
import java.util.List;

/** Settings of {@code auth} for tests: no leeway, and no wait for a JWKS document. */
final class AuthConfig {
    private final Settings settings = Settings.of("auth")
            .set("leeway", Duration.ZERO)
            .set("jwks-wait", Duration.ZERO)
            .set("jwks-timeout", Duration.ofSeconds(30))
            .set("tokens-known-max", 100);

    AuthConfig secret(String text) {
        settings.set("secret", text);
        return this;
    }

    AuthConfig publicKeys(List<String> files) {
        settings.set("public-keys", files);
        return this;
    }

    AuthConfig jwksUrl(String url) {
        settings.set("jwks-url", url);
        return this;
    }

    AuthConfig jwksWait(Duration wait) {
        settings.set("jwks-wait", wait);
        return this;
    }

    AuthConfig jwksTimeout(Duration timeout) {
        settings.set("jwks-timeout", timeout);
        return this;
    }

    AuthConfig jwksMaxBytes(int bytes) {
        settings.set("jwks-max-bytes", bytes);
        return this;
    }

    AuthConfig issuer(String name) {
        settings.set("issuer", name);
        return this;
    }

    AuthConfig audience(String name) {
        settings.set("audience", name);
        return this;
    }

    AuthConfig audienceRequired(boolean required) {
        settings.set("audience-required", required);
        return this;
    }

    AuthConfig tokenLifeMax(Duration life) {
        settings.set("token-life-max", life);
        return this;
    }

    AuthConfig defaultScopes(String... scopes) {
        settings.set("default-scopes", scopes);
        return this;
    }

    GatewayConfig.Auth build() {
        return settings.as(GatewayConfig.Auth.class);
    }
}
