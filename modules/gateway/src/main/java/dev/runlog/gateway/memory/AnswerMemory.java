package dev.runlog.gateway.memory;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.error.RunlogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of all responses in progress, from the first row read until they are sent. An owner may hold at
 * most as much as remains free, so one owner alone can take half of it. Thread-safe.
 */
public final class AnswerMemory {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Bytes taken at a time, so that a small answer takes the lock once or twice. */
    private static final long PORTION = 16 * 1024L;

    /** A character takes up to two bytes when read, and at least one more in the JSON. */
    private static final int READ_FACTOR = 3;

    private final long answerMaxBytes;
    private final long allMaxBytes;
    private final Map<String, Long> takenByOwner = new HashMap<>();
    private long taken;

    /**
     * @param answerMaxBytes maximum size of one answer; reading it may take three times as much
     * @param allMaxBytes maximum size of all answers together
     */
    public AnswerMemory(long answerMaxBytes, long allMaxBytes) {
        this.answerMaxBytes = answerMaxBytes;
        this.allMaxBytes = allMaxBytes;
    }

    /** Opens the allowance of a response for an owner; {@link Lease#close} releases everything that it took. */
    public Lease open(String owner) {
        return new Lease(owner);
    }

    /** Bytes taken by all answers. */
    public synchronized long taken() {
        return taken;
    }

    /** Takes bytes outside of any lease; returns whether there was room for them. */
    synchronized boolean take(String owner, long bytes) {
        if (bytes > leftFor(owner)) {
            return false;
        }
        taken += bytes;
        takenByOwner.merge(owner, bytes, Long::sum);
        return true;
    }

    private synchronized long leftFor(String owner) {
        long own = takenByOwner.getOrDefault(owner, 0L);
        long others = taken - own;
        return Math.max(0, (allMaxBytes - others) / 2 - own);
    }

    synchronized void release(String owner, long bytes) {
        taken -= bytes;
        takenByOwner.computeIfPresent(owner, (name, own) -> own == bytes ? null : Long.valueOf(own - bytes));
    }

    /** The memory of one answer. */
    public final class Lease implements Allowance, AutoCloseable {
        private final String owner;
        /** Bytes read, bytes written, and bytes taken for both. */
        private long read;

        private long written;
        private long held;
        private boolean closed;
        private @Nullable RunlogException failure;

        Lease(String owner) {
            this.owner = owner;
        }

        @Override
        public synchronized void take(long bytes) {
            requireNoFailure();
            read += bytes;
            require(read, READ_FACTOR * answerMaxBytes);
        }

        /** Takes bytes for output. */
        public synchronized void takeForOutput(long bytes) {
            requireNoFailure();
            written += bytes;
            require(written, answerMaxBytes);
        }

        /**
         * Holds exactly these bytes from now on, instead of all that was taken: for what stays in memory for long,
         * of which there may be thousands, so that each must not take a whole portion.
         */
        public synchronized void holdOnly(long bytes) {
            requireNoFailure();
            AnswerMemory.this.release(owner, held);
            read = 0;
            written = 0;
            held = 0;
            if (!closed) {
                takeOrFail(bytes);
                read = bytes;
            }
        }

        private void require(long bytes, long bytesMax) {
            if (bytes > bytesMax) {
                fail(RunlogException.badInput("The response is larger than " + answerMaxBytes
                        + " bytes (graphql.response-max-bytes). Select less, for example with a smaller `first`."));
            }
            long missing = read + written - held;
            if (missing > 0 && !closed) {
                takeOrFail(Math.max(missing, PORTION));
            }
        }

        private void takeOrFail(long bytes) {
            if (!AnswerMemory.this.take(owner, bytes)) {
                fail(RunlogException.overloaded(
                        "Too many large responses are in progress (graphql.responses-max-bytes). Retry later, or select less.",
                        RETRY_AFTER));
            }
            held += bytes;
        }

        private void fail(RunlogException why) {
            failure = why;
            requireNoFailure();
        }

        /** Throws a new exception each time: an exception cannot be added to its own suppressed ones. */
        private void requireNoFailure() {
            if (failure != null) {
                throw new RunlogException(failure.code(), failure.getMessage(), failure.retryAfter(), null);
            }
        }

        @Override
        public synchronized long left() {
            return failure != null
                    ? 0
                    : Math.min(
                            READ_FACTOR * answerMaxBytes - read,
                            held - read - written + AnswerMemory.this.leftFor(owner));
        }

        /** Bytes of all that was read or written. */
        public synchronized long bytes() {
            return read + written;
        }

        /** Why nothing more can be taken; null while it can. */
        public synchronized @Nullable RunlogException failure() {
            return failure;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                AnswerMemory.this.release(owner, held);
                failure = Objects.requireNonNullElseGet(
                        failure, () -> RunlogException.overloaded("The answer was sent.", RETRY_AFTER));
            }
        }
    }
}
