package dev.runlog.retention;

import java.time.Duration;

/** The keys under {@code retention} in config/runlog.yaml, which tells their meanings and defaults. */
public record RetentionConfig(
        int batchSize, double pauseFactor, int requestsPerMinute, int queueMax, Duration policyInterval) {}
