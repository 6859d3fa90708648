package dev.runlog.retention;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.runlog.contract.error.RunlogException;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;

/** Limits how often a caller may request a cleanup or set a policy. */
final class RequestRate {
    private static final int CALLERS_MAX = 10_000;

    private final int perMinute;
    private final LoadingCache<String, Bucket> buckets;

    RequestRate(int perMinute) {
        this.perMinute = perMinute;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(CALLERS_MAX)
                .expireAfterAccess(Duration.ofMinutes(10))
                .build(caller -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
                        .build());
    }

    /** Fails with {@code RATE_LIMITED} if the caller exceeds its rate. */
    void require(String caller) {
        ConsumptionProbe probe = buckets.get(caller).tryConsumeAndReturnRemaining(1);
        if (!probe.isConsumed()) {
            throw RunlogException.rateLimited(
                    "More than " + perMinute + " cleanups and policies per minute (retention.requests-per-minute).",
                    Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }
    }
}
