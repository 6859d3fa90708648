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
 * Holds back the operations of an owner that asks for large answers, until those before them are written or refused: the
 * answers of one owner that are being made are expected to be no larger, together, than one answer may be. Made at once,
 * they would take the processor from everybody, also those that are refused for their size. Whether clients read their
 * answers does not matter here. Runs on one event loop.
 */
public final class AnswerPace {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Expectations follow larger answers at once, and smaller ones by this share of the difference. */
    private static final double DECAY = 0.1;

    /** Smaller answers are not worth a note: too many of them cannot be under way. */
    private static final long NOTED_BYTES_MIN = 64 * 1024L;

    private static final int EXPECTED_OWNERS_MAX = 10_000;
    private static final Duration EXPECTED_FOR = Duration.ofMinutes(1);

    private final long bytesMax;
    private final int waitingMax;
    /** How many bytes the next answer to an owner is expected to take. */
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
     * @param bytesMax how large all answers of one owner may be expected to be
     * @param waitingMax how many operations may wait
     */
    public AnswerPace(long bytesMax, int waitingMax) {
        this.bytesMax = bytesMax;
        this.waitingMax = waitingMax;
    }

    /** Completes when an operation may begin, which {@link #end} has to follow; fails with {@code OVERLOADED}. */
    public Future<Void> begin(String name) {
        Owner owner = active.computeIfAbsent(name, none -> new Owner());
        ContextInternal context = ContextInternal.current();
        if (context == null || owner.waiting.isEmpty() && hasRoom(name, owner)) {
            owner.underWay++;
            return Future.succeededFuture();
        }
        if (owner.waiting.size() >= waitingMax - waiting) {
            return Future.failedFuture(
                    RunlogException.overloaded("Too many operations of this owner wait.", RETRY_AFTER));
        }
        Promise<Void> turn = context.promise();
        owner.waiting.add(turn);
        waiting++;
        return turn.future();
    }

    /** Ends an operation that was begun, whose answer took this many bytes; 0 if there was none. */
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
