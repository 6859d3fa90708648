package dev.runlog.contract.error;

/** Every way in which Runlog refuses or fails, grouped by who can mend it. The names are public: clients switch on them. */
public enum ErrorCode {
    // The caller mends the request.
    /** The request is malformed or a value is out of bounds; the message names it. */
    BAD_INPUT(400),
    /** No valid token came with the request. */
    UNAUTHENTICATED(401),
    /** The token is valid, its scopes do not suffice. */
    FORBIDDEN(403),
    /** Nothing of that id or key is visible to the viewer. */
    NOT_FOUND(404),
    /** The request contradicts what is already recorded; nothing was changed. */
    CONFLICT(409),

    // The caller tries again later.
    /** The caller asks too often; {@link RunlogException#retryAfter()} tells when to come back. */
    RATE_LIMITED(429),
    /** A queue is full or the database does not answer; {@link RunlogException#retryAfter()} tells when to come back. */
    OVERLOADED(503),

    // The operator looks into the log.
    /** Unknown failure; {@link RunlogException#incident()} is found in the log. */
    INTERNAL(500);

    private final int httpStatus;

    ErrorCode(int httpStatus) {
        this.httpStatus = httpStatus;
    }

    /** The HTTP status that goes with this code where a whole request fails with it. */
    public int httpStatus() {
        return httpStatus;
    }
}
