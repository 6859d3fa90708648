package dev.runlog.contract.bus;

/**
 * Memory budget for the response to a request, until that response is sent. Travels with the request on the bus.
 * Thread-safe.
 */
public interface Allowance {
    /** For responses that are bounded in another way. */
    Allowance UNLIMITED = new Allowance() {
        @Override
        public void take(long bytes) {}

        @Override
        public long left() {
            return Long.MAX_VALUE;
        }
    };

    /**
     * Reserves bytes. Fails with {@code BAD_INPUT} if the response becomes too large, and with {@code OVERLOADED} if
     * all responses together do. Every later call then fails too.
     */
    void take(long bytes);

    /** Number of bytes that can still be reserved. */
    long left();
}
