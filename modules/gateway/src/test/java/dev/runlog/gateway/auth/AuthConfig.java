package dev.runlog.gateway.auth;

import dev.runlog.gateway.config.GatewayConfig;
import java.time.Duration;
import java.util.List;

/** The keys under {@code auth} with the defaults of config/runlog.yaml, except a leeway of zero. */
final class AuthConfig {
    private String secret = "";
    private List<String> publicKeys = List.of();
    private String jwksUrl = "";
    private Duration jwksWait = Duration.ZERO;
    private Duration jwksTimeout = Duration.ofSeconds(30);
    private int jwksMaxBytes = 1_048_576;
    private String issuer = "";
    private String audience = "";
    private boolean audienceRequired = true;
    private Duration tokenLifeMax = Duration.ZERO;
    private List<String> defaultScopes = List.of();

    AuthConfig secret(String text) {
        secret = text;
        return this;
    }

    AuthConfig publicKeys(List<String> files) {
        publicKeys = files;
        return this;
    }

    AuthConfig jwksUrl(String url) {
        jwksUrl = url;
        return this;
    }

    AuthConfig jwksWait(Duration wait) {
        jwksWait = wait;
        return this;
    }

    AuthConfig jwksTimeout(Duration timeout) {
        jwksTimeout = timeout;
        return this;
    }

    AuthConfig jwksMaxBytes(int bytes) {
        jwksMaxBytes = bytes;
        return this;
    }

    AuthConfig issuer(String name) {
        issuer = name;
        return this;
    }

    AuthConfig audience(String name) {
        audience = name;
        return this;
    }

    AuthConfig audienceRequired(boolean required) {
        audienceRequired = required;
        return this;
    }

    AuthConfig tokenLifeMax(Duration life) {
        tokenLifeMax = life;
        return this;
    }

    AuthConfig defaultScopes(String... scopes) {
        defaultScopes = List.of(scopes);
        return this;
    }

    GatewayConfig.Auth build() {
        return new GatewayConfig.Auth(
                secret,
                publicKeys,
                jwksUrl,
                Duration.ofMinutes(10),
                jwksWait,
                jwksTimeout,
                jwksMaxBytes,
                issuer,
                audience,
                audienceRequired,
                Duration.ZERO,
                tokenLifeMax,
                8192,
                defaultScopes,
                100);
    }
}
