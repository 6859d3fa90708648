package dev.runlog.gateway.memory;

import com.github.benmanes.caffeine.cache.Caffeine;

/** Caches that are read for each request. */
public final class Caches {
    private Caches() {}

    /** Builds caches with maintenance on the calling thread. Another thread would be woken every few requests. */
    public static Caffeine<Object, Object> builder() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }
}
