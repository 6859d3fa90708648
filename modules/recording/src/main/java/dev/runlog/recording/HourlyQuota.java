package dev.runlog.recording;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.runlog.contract.error.RunlogException;
import io.github.bucket4j.Bucket;
import java.time.Duration;

/** How many new things of a kind each subject may make in an hour. */
final class HourlyQuota {
    private static final int SUBJECTS_MAX = 10_000;
    private static final Duration PERIOD = Duration.ofHours(1);

    private final String what;
    private final String key;
    private final int perHour;
    private final LoadingCache<String, Bucket> buckets;

    /**
     * A quota of which nothing is used.
     *
     * @param what the things, for messages
     * @param key the configuration key of {@code perHour}
     */
    HourlyQuota(String what, String key, int perHour) {
        this.what = what;
        this.key = key;
        this.perHour = perHour;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(SUBJECTS_MAX)
                .expireAfterAccess(PERIOD)
                .build(subject -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perHour).refillGreedy(perHour, PERIOD))
                        .build());
    }

    /** How many a subject may make now. */
    long left(String subject) {
        return Math.max(0, buckets.get(subject).getAvailableTokens());
    }

    /** Counts what a subject made. */
    void use(String subject, long made) {
        if (made > 0) {
            buckets.get(subject).consumeIgnoringRateLimits(made);
        }
    }

    /** The refusal for a subject that has none left. */
    RunlogException refusal(String subject) {
        Duration retryAfter = Duration.ofNanos(
                buckets.get(subject).estimateAbilityToConsume(1).getNanosToWaitForRefill());
        return RunlogException.rateLimited(
                "Too many new " + what + " within an hour for '" + subject + "' (" + key + " is " + perHour + ").",
                retryAfter);
    }
}
