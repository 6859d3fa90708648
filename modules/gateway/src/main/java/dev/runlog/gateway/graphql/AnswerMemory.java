package dev.runlog.gateway.graphql;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.error.RunlogException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of all answers that are under way, from the first row that is read for them until they are sent. An
 * owner's answers may take as much as they leave for others, so that one owner alone fills half of it. Thread-safe.
 */
public final class AnswerMemory {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    /** Taken at once, so that small answers bother the others once or twice. */
    private static final long PORTION = 16 * 1024L;

    /** A character may take two bytes where it was read, and one more where it stands as JSON already. */
    private static final int READ_FACTOR = 3;

    private final long answerMaxBytes;
    private final long allMaxBytes;
    private final Map<String, Long> takenByOwner = new HashMap<>();
    private long taken;

    /**
     * @param answerMaxBytes most bytes that one answer may have; reading it may take three times as much
     * @param allMaxBytes most bytes of all answers
     */
    public AnswerMemory(long answerMaxBytes, long allMaxBytes) {
        this.answerMaxBytes = answerMaxBytes;
        this.allMaxBytes = allMaxBytes;
    }

    /** The allowance of an answer for an owner; {@link Lease#close} gives back what it took. */
    public Lease open(String owner) {
        return new Lease(owner);
    }

    /** Bytes that are taken now. */
    public synchronized long taken() {
        return taken;
    }

    /** Takes bytes that are not of a lease; returns whether there was room for them. */
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

    synchronized void giveBack(String owner, long bytes) {
        taken -= bytes;
        takenByOwner.computeIfPresent(owner, (name, own) -> own == bytes ? null : Long.valueOf(own - bytes));
    }

    /** What one answer took. */
    public final class Lease implements Allowance, AutoCloseable {
        private final String owner;
        /** Bytes of what was read and of what is written, and what was taken for both. */
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

        /** Takes bytes for what is written to be sent. */
        synchronized void takeForOutput(long bytes) {
            requireNoFailure();
            written += bytes;
            require(written, answerMaxBytes);
        }

        private void require(long bytes, long bytesMax) {
            if (bytes > bytesMax) {
                fail(RunlogException.badInput("The answer is larger than " + answerMaxBytes
                        + " bytes (graphql.response-max-bytes). Ask for less, for example with a smaller `first`."));
            }
            long missing = read + written - held;
            if (missing > 0 && !closed) {
                long portion = Math.max(missing, PORTION);
                if (!AnswerMemory.this.take(owner, portion)) {
                    fail(RunlogException.overloaded(
                            "Too many large answers are under way (graphql.responses-max-bytes). Ask again, or for less.",
                            RETRY_AFTER));
                }
                held += portion;
            }
        }

        private void fail(RunlogException why) {
            failure = why;
            requireNoFailure();
        }

        /** Each time with an exception of its own: one that is thrown while it is handled cannot suppress itself. */
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

        /** Why nothing more can be taken; null while more can. */
        public synchronized @Nullable RunlogException failure() {
            return failure;
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                AnswerMemory.this.giveBack(owner, held);
                failure = Objects.requireNonNullElseGet(
                        failure, () -> RunlogException.overloaded("The answer was sent.", RETRY_AFTER));
            }
        }
    }
}
