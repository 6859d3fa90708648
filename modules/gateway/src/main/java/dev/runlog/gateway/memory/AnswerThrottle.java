package dev.runlog.gateway.memory;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.contract.error.RunlogException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Delays the operations of an owner with large responses, even refused ones, because producing many of them at once
 * would take the processor from other owners. An operation starts when the expected size of all responses in progress
 * for its owner is at most the maximum size of one response. A response counts until it is written or refused, not
 * until the client has read it. Used on one event loop.
 */
public final class AnswerThrottle {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /**
     * The expected size rises to a larger response at once, and falls to a smaller one by this share of the difference.
     */
    private static final double DECAY = 0.1;

    /** Smaller responses are not remembered: the number of operations in progress is bounded anyway. */
    private static final long NOTED_BYTES_MIN = 64 * 1024L;

    private static final int EXPECTED_OWNERS_MAX = 10_000;
    private static final Duration EXPECTED_FOR = Duration.ofMinutes(1);

    private final long bytesMax;
    private final int waitingMax;
    /** Expected size of an owner's next response, in bytes. */
    private final Cache<String, Long> expected = Caches.builder()
            .maximumSize(EXPECTED_OWNERS_MAX)
            .expireAfterAccess(EXPECTED_FOR)
            .build();

    private final Map<String, Owner> active = new HashMap<>();
    private int waiting;

    /** The operations of one owner. */
    private static final class Owner {
        private final Deque<Promise<Void>> waiting = new ArrayDeque<>();
        private int underWay;
    }

    /**
     * @param bytesMax maximum expected size of all responses of one owner
     * @param waitingMax maximum number of waiting operations
     */
    public AnswerThrottle(long bytesMax, int waitingMax) {
        this.bytesMax = bytesMax;
        this.waitingMax = waitingMax;
    }

    /**
     * Succeeds when an operation may start; call {@link #end} afterwards. Fails with {@code OVERLOADED} without room.
     */
    public Future<Void> begin(String name) {
        Owner owner = active.computeIfAbsent(name, none -> new Owner());
        ContextInternal context = ContextInternal.current();
        if (context == null || owner.waiting.isEmpty() && hasRoom(name, owner)) {
            owner.underWay++;
            return Future.succeededFuture();
        }
        if (owner.waiting.size() >= waitingMax - waiting) {
            return Future.failedFuture(
                    RunlogException.overloaded("This owner has too many waiting operations.", RETRY_AFTER));
        }
        Promise<Void> turn = context.promise();
        owner.waiting.add(turn);
        waiting++;
        return turn.future();
    }

    /** Ends an operation, with the size of its response; 0 if there was none. */
    public void end(String name, long bytes) {
        if (bytes > 0) {
            expect(name, bytes);
        }
        Owner owner = active.get(name);
        if (owner == null) {
            return;
        }
        owner.underWay--;
        while (!owner.waiting.isEmpty() && hasRoom(name, owner)) {
            owner.underWay++;
            waiting--;
            owner.waiting.remove().complete();
        }
        if (owner.underWay == 0) {
            active.remove(name);
        }
    }

    private void expect(String name, long bytes) {
        long before = expected(name);
        long now = bytes > before ? bytes : before - (long) ((before - bytes) * DECAY);
        if (now >= NOTED_BYTES_MIN) {
            expected.put(name, now);
        } else if (before > 0) {
            expected.invalidate(name);
        }
    }

    private long expected(String name) {
        return Objects.requireNonNullElse(expected.getIfPresent(name), 0L);
    }

    private boolean hasRoom(String name, Owner owner) {
        return owner.underWay == 0 || (owner.underWay + 1) * expected(name) <= bytesMax;
    }
}
