package dev.runlog.contract.error;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that callers see. It extends {@link ReplyException} to cross the event bus unchanged. It has no
 * stack trace, because it is meant for callers; unexpected failures are logged with theirs under {@link #incident()}.
 */
public final class RunlogException extends ReplyException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable Duration retryAfter;
    private final @Nullable UUID incident;

    /** For decoding a failure; use the factory methods elsewhere. */
    public RunlogException(ErrorCode code, String message, @Nullable Duration retryAfter, @Nullable UUID incident) {
        super(ReplyFailure.RECIPIENT_FAILURE, code.httpStatus(), message, true);
        this.code = code;
        this.retryAfter = retryAfter;
        this.incident = incident;
    }

    public static RunlogException badInput(String message) {
        return new RunlogException(ErrorCode.BAD_INPUT, message, null, null);
    }

    public static RunlogException unauthenticated(String message) {
        return new RunlogException(ErrorCode.UNAUTHENTICATED, message, null, null);
    }

    public static RunlogException forbidden(String message) {
        return new RunlogException(ErrorCode.FORBIDDEN, message, null, null);
    }

    public static RunlogException notFound(String message) {
        return new RunlogException(ErrorCode.NOT_FOUND, message, null, null);
    }

    public static RunlogException conflict(String message) {
        return new RunlogException(ErrorCode.CONFLICT, message, null, null);
    }

    public static RunlogException rateLimited(String message, Duration retryAfter) {
        return new RunlogException(ErrorCode.RATE_LIMITED, message, retryAfter, null);
    }

    public static RunlogException overloaded(String message, Duration retryAfter) {
        return new RunlogException(ErrorCode.OVERLOADED, message, retryAfter, null);
    }

    /** An unexpected failure. The message contains only the incident ID, no internal details. */
    public static RunlogException internal(UUID incident) {
        return new RunlogException(
                ErrorCode.INTERNAL,
                "Internal error; see the server log for incident " + incident + ".",
                null,
                incident);
    }

    public ErrorCode code() {
        return code;
    }

    /** Time to wait before a retry; set for {@code RATE_LIMITED} and {@code OVERLOADED}. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** ID of the log entry; set for {@code INTERNAL}. */
    public @Nullable UUID incident() {
        return incident;
    }

    /** Returns the message, or the name of the code if there is none. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? code.name() : message;
    }
}
