package dev.runlog.bench.traffic;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** OwnerTokens for a server with {@link #SECRET}, one per subject. */
public final class OwnerTokens {
    public static final String SECRET = "the benchmark's own secret, of no use anywhere else";

    /** Subject that may record and clean up for all owners, and see all statistics. */
    public static final String ENGINE = "bench-engine";

    private static final Duration VALID_FOR = Duration.ofHours(24);
    private static final Map<String, String> signed = new ConcurrentHashMap<>();

    private OwnerTokens() {}

    public static String of(String subject) {
        return signed.computeIfAbsent(
                subject,
                name -> sign(
                        name,
                        name.equals(ENGINE)
                                ? "executions:read executions:write executions:cleanup engine ops"
                                : "executions:read executions:write executions:cleanup"));
    }

    private static String sign(String subject, String scopes) {
        String claims =
                """
                {"sub":"%s","scope":"%s","exp":%d}""".formatted(subject, scopes, Instant.now().plus(VALID_FOR).getEpochSecond());
        String signed = base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8))
                + "."
                + base64(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return signed + "." + base64(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
