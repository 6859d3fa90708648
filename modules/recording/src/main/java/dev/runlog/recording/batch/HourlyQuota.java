package dev.runlog.recording.batch;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.runlog.contract.error.RunlogException;
import io.github.bucket4j.Bucket;
import java.time.Duration;

/** Limits the number of new objects of one kind that a subject may create per hour. */
final class HourlyQuota {
    private static final int SUBJECTS_MAX = 10_000;
    private static final Duration PERIOD = Duration.ofHours(1);

    private final String noun;
    private final String key;
    private final int perHour;
    private final LoadingCache<String, Bucket> buckets;

    /**
     * @param noun plural name of the objects, for messages
     * @param key the configuration key of {@code perHour}
     */
    HourlyQuota(String noun, String key, int perHour) {
        this.noun = noun;
        this.key = key;
        this.perHour = perHour;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(SUBJECTS_MAX)
                .expireAfterAccess(PERIOD)
                .build(subject -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(perHour).refillGreedy(perHour, PERIOD))
                        .build());
    }

    /** The number of objects that a subject may create now. */
    long left(String subject) {
        return Math.max(0, buckets.get(subject).getAvailableTokens());
    }

    /** Counts objects that a subject created. */
    void use(String subject, long created) {
        if (created > 0) {
            buckets.get(subject).consumeIgnoringRateLimits(created);
        }
    }

    /** The refusal for a subject without remaining quota. */
    RunlogException refusal(String subject) {
        Duration retryAfter = Duration.ofNanos(
                buckets.get(subject).estimateAbilityToConsume(1).getNanosToWaitForRefill());
        return RunlogException.rateLimited(
                "Too many new " + noun + " within an hour for '" + subject + "' (" + key + " is " + perHour + ").",
                retryAfter);
    }
}
