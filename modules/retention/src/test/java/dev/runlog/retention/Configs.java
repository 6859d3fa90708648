package dev.runlog.retention;

import java.time.Duration;

/** Configurations of tests: small batches, rewrites from a hundred rows on. */
final class Configs {
    private Configs() {}

    static RetentionConfig with(double pauseFactor, String window, Duration jitter) {
        return new RetentionConfig(
                50,
                pauseFactor,
                Duration.ofMillis(200),
                100,
                1.0,
                2000,
                5,
                10,
                1,
                10,
                Duration.ofSeconds(10),
                3,
                2,
                Duration.ofHours(1),
                window,
                "UTC",
                jitter,
                Duration.ZERO,
                0);
    }
}
