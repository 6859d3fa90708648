package dev.runlog.retention;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The keys under {@code retention} in config/runlog.yaml, which explains them and has the defaults. */
public record RetentionConfig(
        int batchSize,
        double pauseFactor,
        int rewriteRowsMin,
        double rewriteShareMax,
        int previewRowsMax,
        int requestsPerMinute,
        int queueMax,
        double queueOwnerShare,
        int dryRunQueueMax,
        Duration dryRunWait,
        int policiesMax,
        int holdsMax,
        Duration policyInterval,
        String policyWindow,
        String policyTimeZone,
        Duration policyJitter,
        Duration defaultKeepFor,
        int defaultKeepLast) {

    public RetentionConfig {
        Window.parse(policyWindow, policyTimeZone);
    }

    Window window() {
        return Window.parse(policyWindow, policyTimeZone);
    }

    /** The default policy's time; null for none. */
    @Nullable
    Duration keepForOrNull() {
        return defaultKeepFor.isZero() ? null : defaultKeepFor;
    }

    /** The default policy's number; null for none. */
    @Nullable
    Integer keepLastOrNull() {
        return defaultKeepLast == 0 ? null : defaultKeepLast;
    }
}
