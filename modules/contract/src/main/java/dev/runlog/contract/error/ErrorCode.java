package dev.runlog.contract.error;

/** Error codes, grouped by who can fix the problem. The names are public API: clients switch on them. */
public enum ErrorCode {
    // The caller must change the request.
    /** The request is malformed or a value is out of bounds; the message names it. */
    BAD_INPUT(400),
    /** The request has no valid token. */
    UNAUTHENTICATED(401),
    /** The token is valid but lacks a required scope. */
    FORBIDDEN(403),
    /** Nothing with that ID or key is visible to the viewer. */
    NOT_FOUND(404),
    /** The request contradicts what is already recorded; nothing was changed. */
    CONFLICT(409),

    // The caller should retry later.
    /** The caller sends too many requests; retry after {@link RunlogException#retryAfter()}. */
    RATE_LIMITED(429),
    /** A queue is full or the database is unavailable; retry after {@link RunlogException#retryAfter()}. */
    OVERLOADED(503),

    // The operator should check the log.
    /** Unexpected failure; the log has details under {@link RunlogException#incident()}. */
    INTERNAL(500);

    private final int httpStatus;

    ErrorCode(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    /** HTTP status of a request that fails with this code as a whole. */
    public int httpStatus() {
        return httpStatus;
    }
}
