package dev.runlog.gateway.graphql.protocol;

import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import graphql.ErrorType;
import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.GraphQLError;
import graphql.execution.AbortExecutionException;
import graphql.execution.DataFetcherExceptionHandlerParameters;
import graphql.execution.DataFetcherExceptionHandlerResult;
import graphql.language.SourceLocation;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The errors of results. Each has a code. An unexpected failure is logged, and clients see only its incident ID. */
public final class GraphqlErrors {
    private static final Logger log = LoggerFactory.getLogger(GraphqlErrors.class);
    private static final String NOT_ALLOWED = "Only queries can be sent by GET.";

    private GraphqlErrors() {}

    /** Thrown for a valid operation that this HTTP method does not allow. */
    public static final class OperationNotAllowedException extends AbortExecutionException {
        private static final long serialVersionUID = 1L;

        public OperationNotAllowedException() {
            super(NOT_ALLOWED);
        }
    }

    /** Whether the operation was refused because of its HTTP method. */
    public static boolean isOperationNotAllowed(ExecutionResult result) {
        return result.getErrors().stream().anyMatch(error -> NOT_ALLOWED.equals(error.getMessage()));
    }

    /** The longest delay before a retry; null if there are no errors or a retry does not help against one of them. */
    public static @Nullable Duration retryAfter(ExecutionResult result) {
        Duration longest = null;
        for (GraphQLError error : result.getErrors()) {
            Duration one = error instanceof CodedError coded ? coded.retryAfter() : null;
            if (one == null) {
                return null;
            }
            longest = longest == null || one.compareTo(longest) > 0 ? one : longest;
        }
        return longest;
    }

    /** A result that refuses a request as a whole. */
    public static ExecutionResult refusal(RunlogException why) {
        return new ExecutionResultImpl(new CodedError(why, null, null));
    }

    /** The error of a resolver that failed. */
    public static CompletableFuture<DataFetcherExceptionHandlerResult> handle(
            DataFetcherExceptionHandlerParameters parameters) {
        Throwable failure = parameters.getException();
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        GraphQLError error =
                of(failure, parameters.getSourceLocation(), parameters.getPath().toList());
        return CompletableFuture.completedFuture(
                DataFetcherExceptionHandlerResult.newResult(error).build());
    }

    /** The error of a field that failed. */
    public static GraphQLError of(Throwable failure, SourceLocation location, List<Object> path) {
        return new CodedError(toRunlogException(path, failure), List.of(location), path);
    }

    /** The failure as clients see it; an unexpected one is logged, with the place where it occurred. */
    public static RunlogException toRunlogException(Object place, Throwable failure) {
        if (failure instanceof RunlogException known) {
            return known;
        }
        UUID incident = Ids.next();
        log.error("{} failed, incident {}", place, incident, failure);
        return RunlogException.internal(incident);
    }

    /** Adds codes to errors of the library: all are the client's, except a null where the schema allows none. */
    public static ExecutionResult withCodes(ExecutionResult result) {
        if (result.getErrors().stream().allMatch(GraphqlErrors::hasCode)) {
            return result;
        }
        List<GraphQLError> errors =
                result.getErrors().stream().map(GraphqlErrors::withCode).toList();
        return result.transform(builder -> builder.errors(errors));
    }

    private static boolean hasCode(GraphQLError error) {
        return error instanceof CodedError;
    }

    private static GraphQLError withCode(GraphQLError error) {
        if (hasCode(error)) {
            return error;
        }
        boolean ours = error.getErrorType() == ErrorType.NullValueInNonNullableField
                || error.getErrorType() == ErrorType.DataFetchingException;
        RunlogException why = ours
                ? new RunlogException(ErrorCode.INTERNAL, error.getMessage(), null, null)
                : RunlogException.badInput(LibraryMessages.plain(error.getMessage()));
        return new CodedError(why, error.getLocations(), error.getPath());
    }
}
