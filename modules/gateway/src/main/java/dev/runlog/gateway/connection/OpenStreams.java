package dev.runlog.gateway.connection;

import dev.runlog.contract.error.RunlogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the open WebSockets and event streams of each owner, which {@code http.streams-owner-max} limits. Thread-safe.
 */
public final class OpenStreams {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    private final int ownerMax;
    private final Map<String, Integer> byOwner = new HashMap<>();

    public OpenStreams(int ownerMax) {
        this.ownerMax = ownerMax;
    }

    /** Adds a stream; fails with {@code OVERLOADED} if the owner has the maximum number of them. */
    public synchronized void add(String owner) {
        int open = byOwner.getOrDefault(owner, 0);
        if (open >= ownerMax) {
            throw RunlogException.overloaded(
                    "Too many open WebSockets and event streams: " + open + " (http.streams-owner-max is " + ownerMax
                            + ").",
                    RETRY_AFTER);
        }
        byOwner.put(owner, open + 1);
    }

    /** Removes a stream. */
    public synchronized void remove(String owner) {
        byOwner.computeIfPresent(owner, (name, open) -> open == 1 ? null : Integer.valueOf(open - 1));
    }
}
