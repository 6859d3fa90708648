package dev.runlog.storage.db;

import dev.runlog.testing.Settings;

/** Configurations shared by tests. */
public final class Configs {
    private Configs() {}

    /** A small pool without a reserve and with a short queue. */
    public static Settings small(String url, int poolSize) {
        return Settings.of("database")
                .set("url", url)
                .set("pool-size", poolSize)
                .set("pool-reserve", 0)
                .set("pool-queue-max", 4)
                .set("pipelining", 4)
                .set("prepared-statements-max", 16);
    }

    /** The same, as a configuration. */
    public static DatabaseConfig patient(String url, int poolSize) {
        return small(url, poolSize).as(DatabaseConfig.class);
    }
}
