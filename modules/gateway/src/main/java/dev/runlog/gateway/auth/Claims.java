package dev.runlog.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Checks the claims of tokens after their signature was verified. Every refusal is {@code UNAUTHENTICATED}. */
final class Claims {
    private static final int SUBJECT_CHARS_MAX = 256;
    /** The end of the year 9999. A time beyond it is a mistake, such as milliseconds. */
    private static final BigDecimal SECONDS_MAX = BigDecimal.valueOf(253_402_300_799L);

    /** The first of these that a token has determines its scopes, even if it is empty. */
    private static final List<String> SCOPE_CLAIMS = List.of("scope", "scp", "scopes");

    private final GatewayConfig.Auth config;
    private final Set<Scope> defaultScopes;

    /** Fails if {@code auth.default-scopes} names a scope that does not exist. */
    Claims(GatewayConfig.Auth config) {
        this.config = config;
        this.defaultScopes = EnumSet.noneOf(Scope.class);
        for (String word : config.defaultScopes()) {
            defaultScopes.add(Scope.ofWord(word)
                    .orElseThrow(() -> new IllegalStateException("Invalid `auth.default-scopes`: " + word
                            + " (expected some of "
                            + List.of(Scope.values()).stream().map(Scope::word).toList()
                            + ").")));
        }
    }

    AuthenticatedViewer check(ObjectNode claims, Instant now) {
        Instant expiry = time(claims, "exp");
        if (expiry == null) {
            throw RunlogException.unauthenticated("The token has no expiry.");
        }
        checkTimes(expiry, time(claims, "nbf"), time(claims, "iat"), now);
        if (!config.issuer().isEmpty() && !isText(claims.get("iss"), config.issuer())) {
            throw RunlogException.unauthenticated("The token is from another issuer.");
        }
        if (!config.audience().isEmpty() && !isForAudience(claims.get("aud"))) {
            throw RunlogException.unauthenticated("The token is for another audience.");
        }
        return new AuthenticatedViewer(new Viewer(subject(claims), scopes(claims)), expiry.plus(config.leeway()));
    }

    private void checkTimes(Instant expiry, @Nullable Instant notBefore, @Nullable Instant issuedAt, Instant now) {
        if (!now.isBefore(expiry.plus(config.leeway()))) {
            throw RunlogException.unauthenticated("The token has expired.");
        }
        Instant latest = now.plus(config.leeway());
        if (notBefore != null && notBefore.isAfter(latest)) {
            throw RunlogException.unauthenticated("The token is not valid yet.");
        }
        if (issuedAt != null && issuedAt.isAfter(latest)) {
            throw RunlogException.unauthenticated("The token was issued in the future.");
        }
        Duration life = Duration.between(issuedAt == null ? now : issuedAt, expiry);
        if (!config.tokenLifeMax().isZero() && life.compareTo(config.tokenLifeMax()) > 0) {
            throw RunlogException.unauthenticated("The token is valid for too long: " + life.toSeconds()
                    + " s (at most " + config.tokenLifeMax().toSeconds() + " s).");
        }
    }

    /**
     * Returns null for a claim that is absent. Accepts whole seconds only, within bounds that are safe for arithmetic.
     */
    private static @Nullable Instant time(ObjectNode claims, String claim) {
        JsonNode value = claims.get(claim);
        if (value == null) {
            return null;
        }
        if (value.isNumber()) {
            BigDecimal seconds = value.decimalValue();
            if (seconds.signum() >= 0 && seconds.compareTo(SECONDS_MAX) <= 0) {
                try {
                    return Instant.ofEpochSecond(seconds.longValueExact());
                } catch (ArithmeticException fraction) {
                    // Refused below.
                }
            }
        }
        throw RunlogException.unauthenticated("The token's `" + claim + "` is not a time in whole seconds since 1970.");
    }

    private boolean isForAudience(@Nullable JsonNode audience) {
        return audience != null
                && (audience.isArray()
                        ? StreamSupport.stream(audience.spliterator(), false)
                                .anyMatch(one -> isText(one, config.audience()))
                        : isText(audience, config.audience()));
    }

    private static boolean isText(@Nullable JsonNode value, String text) {
        return value != null && value.isTextual() && value.textValue().equals(text);
    }

    private static String subject(ObjectNode claims) {
        JsonNode claim = claims.get("sub");
        if (claim == null || !claim.isTextual() || claim.textValue().isBlank()) {
            throw RunlogException.unauthenticated("The token has no subject.");
        }
        String subject = claim.textValue();
        if (subject.length() > SUBJECT_CHARS_MAX) {
            throw RunlogException.unauthenticated(
                    "The token's subject is longer than " + SUBJECT_CHARS_MAX + " characters.");
        }
        if (subject.codePoints().anyMatch(Claims::isRefused)) {
            throw RunlogException.unauthenticated("The token's subject has characters that are not allowed.");
        }
        return subject;
    }

    /** Control characters, lone surrogates, and characters that reorder text or break lines on a terminal. */
    private static boolean isRefused(int codePoint) {
        return Character.isISOControl(codePoint)
                || Character.getType(codePoint) == Character.SURROGATE
                || codePoint == 0x061c
                || codePoint == 0x200e
                || codePoint == 0x200f
                || codePoint >= 0x2028 && codePoint <= 0x202e
                || codePoint >= 0x2066 && codePoint <= 0x2069;
    }

    /** Words in one string, or strings in an array. Scopes of other products are ignored. */
    private Set<Scope> scopes(ObjectNode claims) {
        JsonNode granted = SCOPE_CLAIMS.stream()
                .filter(claims::has)
                .findFirst()
                .map(claims::get)
                .orElse(null);
        if (granted == null) {
            return defaultScopes;
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        if (granted.isTextual()) {
            for (String word : granted.textValue().split(" ", -1)) {
                Scope.ofWord(word).ifPresent(scopes::add);
            }
        } else if (granted.isArray()) {
            granted.forEach(word ->
                    Scope.ofWord(word.isTextual() ? word.textValue() : "").ifPresent(scopes::add));
        }
        return scopes;
    }
}
