package dev.runlog.gateway.session;

import dev.runlog.contract.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One-time codes, each for a token. Only the newest is valid, and it can be redeemed once. Only its hash is kept.
 * Thread-safe.
 */
public final class LoginCodes {
    /** 256 bits, which cannot be guessed. */
    private static final int CODE_BYTES = 32;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final AtomicReference<@Nullable Pending> pending = new AtomicReference<>();

    public LoginCodes(Clock clock) {
        this.clock = clock;
    }

    private record Pending(String hash, String token, Instant expiresAt) {}

    /** Returns a new code for a token; an earlier code is no longer valid. */
    public String issue(String token, Duration validFor) {
        byte[] bytes = new byte[CODE_BYTES];
        random.nextBytes(bytes);
        String code = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        pending.set(new Pending(hash(code), token, clock.instant().plus(validFor)));
        return code;
    }

    boolean isValid(String code) {
        return find(code) != null;
    }

    /** Returns the token for a code, once; null afterwards, and for an expired or unknown code. */
    @Nullable
    String redeem(String code) {
        Pending found = find(code);
        return found != null && pending.compareAndSet(found, null) ? found.token : null;
    }

    private @Nullable Pending find(String code) {
        Pending current = pending.get();
        return current != null
                        && isEqual(current.hash, hash(code))
                        && clock.instant().isBefore(current.expiresAt)
                ? current
                : null;
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hash(String code) {
        return HexFormat.of().formatHex(Sha256.of(code));
    }
}
