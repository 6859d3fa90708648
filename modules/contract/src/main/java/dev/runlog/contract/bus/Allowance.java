package dev.runlog.contract.bus;

/** Memory that the answer to a request may take until it is sent. Requests carry it on the bus. Thread-safe. */
public interface Allowance {
    /** For what is bounded otherwise. */
    Allowance UNLIMITED = new Allowance() {
        @Override
        public void take(long bytes) {}

        @Override
        public long left() {
            return Long.MAX_VALUE;
        }
    };

    /**
     * Takes bytes for what is kept from now on. Fails with {@code BAD_INPUT} if the answer becomes too large, with
     * {@code OVERLOADED} if all answers together do. After that it fails each time.
     */
    void take(long bytes);

    /** How many bytes can be taken now. */
    long left();
}
