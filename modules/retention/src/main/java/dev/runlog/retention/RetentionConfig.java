package dev.runlog.retention;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The keys under {@code retention} in config/runlog.yaml, which has their meaning and defaults. */
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
        int defaultKeepLast,
        Duration ledgerKeep) {

    public RetentionConfig {
        Window.parse(policyWindow, policyTimeZone);
    }

    Window window() {
        return Window.parse(policyWindow, policyTimeZone);
    }

    /** How long the default policy keeps executions; null if it has no limit by age. */
    @Nullable
    Duration keepForOrNull() {
        return defaultKeepFor.isZero() ? null : defaultKeepFor;
    }

    /** How many executions of each workflow the default policy keeps; null if it has no such limit. */
    @Nullable
    Integer keepLastOrNull() {
        return defaultKeepLast == 0 ? null : defaultKeepLast;
    }
}
