package dev.runlog.storage.db;

import java.time.Duration;

/** Configurations that several tests share. */
public final class Configs {
    private Configs() {}

    /** Waits for seconds, where a test is not about how long. */
    public static DatabaseConfig patient(String url, int poolSize) {
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
