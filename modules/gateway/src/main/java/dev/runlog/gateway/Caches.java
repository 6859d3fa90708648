package dev.runlog.gateway;

import com.github.benmanes.caffeine.cache.Caffeine;

/** Caches that are asked for each request. */
public final class Caches {
    private Caches() {}

    /** A cache whose upkeep, which is short, its users do: to hand it over would wake a thread every few requests. */
    public static Caffeine<Object, Object> builder() {
        return Caffeine.newBuilder().executor(Runnable::run);
    }
}
