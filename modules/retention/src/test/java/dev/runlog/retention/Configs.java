package dev.runlog.retention;

import dev.runlog.testing.Settings;
import java.time.Duration;

/** Test settings: small batches, and rewrites of days with at least 100 deletable rows. */
final class Configs {
    private Configs() {}

    static RetentionConfig with(double pauseFactor, String window, Duration jitter) {
        return Settings.of("retention")
                .set("batch-size", 50)
                .set("pause-factor", pauseFactor)
                .set("rewrite-rows-min", 100)
                .set("preview-rows-max", 2000)
                .set("requests-per-minute", 5)
                .set("queue-max", 10)
                .set("dry-run-queue-max", 10)
                .set("policies-max", 3)
                .set("holds-max", 2)
                .set("policy-window", window)
                .set("policy-jitter", jitter)
                .set("ledger-keep", Duration.ZERO)
                .as(RetentionConfig.class);
    }
}
