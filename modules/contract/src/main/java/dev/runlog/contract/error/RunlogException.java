package dev.runlog.contract.error;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one exception that callers see. It extends {@link ReplyException} so that it can travel the event bus as itself,
 * and it has no stack trace: it tells a caller what to mend, not a developer where. Unknown failures are logged with
 * theirs under {@link #incident()}.
 */
public final class RunlogException extends ReplyException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final @Nullable Duration retryAfter;
    private final @Nullable UUID incident;

    /** The general form, for what decodes a failure; elsewhere one of the factories says more. */
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

    /** An unknown failure: says nothing of the inside, only the id under which the log has it. */
    public static RunlogException internal(UUID incident) {
        return new RunlogException(
                ErrorCode.INTERNAL, "Internal error; the server's log has it under " + incident + ".", null, incident);
    }

    public ErrorCode code() {
        return code;
    }

    /** After how long a retry makes sense; set for {@code RATE_LIMITED} and {@code OVERLOADED}. */
    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** The id of the log entry; set for {@code INTERNAL}. */
    public @Nullable UUID incident() {
        return incident;
    }

    /** The message of this exception, never null. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? code.name() : message;
    }
}
