package dev.runlog.gateway.graphql.protocol;

import dev.runlog.contract.error.RunlogException;
import graphql.ErrorClassification;
import graphql.GraphQLError;
import graphql.language.SourceLocation;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** An error as clients see it: message, location, path and {@code extensions.code}. */
final class CodedError implements GraphQLError {
    private static final long serialVersionUID = 1L;

    private final transient RunlogException why;
    private final transient @Nullable List<SourceLocation> locations;
    private final transient @Nullable List<Object> path;

    CodedError(RunlogException why, @Nullable List<SourceLocation> locations, @Nullable List<Object> path) {
        this.why = why;
        this.locations = locations;
        this.path = path;
    }

    @Nullable
    Duration retryAfter() {
        return why.retryAfter();
    }

    @Override
    public String getMessage() {
        return why.getMessage();
    }

    @Override
    public List<SourceLocation> getLocations() {
        return Objects.requireNonNullElse(locations, List.of());
    }

    @Override
    @SuppressWarnings("NullAway") // The interface is not annotated; null means that the error belongs to no field.
    public List<Object> getPath() {
        return path;
    }

    /** The library's classification, which clients do not see. */
    @Override
    public ErrorClassification getErrorType() {
        return ErrorClassification.errorClassification(why.code().name());
    }

    @Override
    public Map<String, Object> getExtensions() {
        Map<String, Object> extensions = new LinkedHashMap<>();
        extensions.put("code", why.code().name());
        Duration retryAfter = why.retryAfter();
        if (retryAfter != null) {
            extensions.put("retryAfterMillis", retryAfter.toMillis());
        }
        UUID incident = why.incident();
        if (incident != null) {
            extensions.put("incident", incident.toString());
        }
        return extensions;
    }

    @Override
    public Map<String, Object> toSpecification() {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", getMessage());
        if (!getLocations().isEmpty()) {
            error.put(
                    "locations",
                    getLocations().stream()
                            .map(at -> Map.of("line", at.getLine(), "column", at.getColumn()))
                            .toList());
        }
        if (path != null) {
            error.put("path", path);
        }
        error.put("extensions", getExtensions());
        return error;
    }
}
