package dev.runlog.storage;

import java.time.Duration;

/** Configurations that several tests share. */
final class Configs {
    private Configs() {}

    /** Waits for seconds, where a test is not about how long. */
    static DatabaseConfig patient(String url, int poolSize) {
        return new DatabaseConfig(
                url,
                poolSize,
                0,
                4,
                1,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(7),
                Duration.ZERO,
                4,
                16,
                0,
                0);
    }
}
