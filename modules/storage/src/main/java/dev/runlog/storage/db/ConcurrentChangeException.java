package dev.runlog.storage.db;

/** Another transaction changed a row first; a retry of the whole transaction succeeds. */
public final class ConcurrentChangeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConcurrentChangeException(String message) {
        super(message);
    }
}
