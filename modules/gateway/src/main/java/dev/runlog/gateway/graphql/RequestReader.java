package dev.runlog.gateway.graphql;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.runlog.contract.error.RunlogException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads requests from JSON, strictly: a member of the wrong type is refused, never turned into a string. */
public final class RequestReader {
    private RequestReader() {}

    /** Reads a JSON object; {@code what} names it in the error. */
    @SuppressWarnings("unchecked") // JsonValues makes maps with string keys of JSON objects.
    public static Map<String, Object> readObject(String json, String what) {
        try {
            if (JsonValues.read(json) instanceof Map<?, ?> object) {
                return (Map<String, Object>) object;
            }
        } catch (JsonProcessingException malformed) {
            throw RunlogException.badInput(what + " must be a JSON object: " + malformed.getOriginalMessage());
        }
        throw RunlogException.badInput(what + " must be a JSON object.");
    }

    /** The request in a body or in the payload of a {@code subscribe} message. */
    public static GraphqlRequest toRequest(Map<String, Object> members) {
        return new GraphqlRequest(
                query(members.get("query")),
                string(members.get("operationName"), "operationName"),
                object(members.get("variables"), "variables"),
                object(members.get("extensions"), "extensions"));
    }

    private static String query(@Nullable Object value) {
        String query = string(value, "query");
        if (query == null) {
            throw RunlogException.badInput("'query' is missing.");
        }
        return query;
    }

    private static @Nullable String string(@Nullable Object value, String name) {
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw RunlogException.badInput("'" + name + "' must be a string.");
    }

    @SuppressWarnings("unchecked") // JsonValues makes maps with string keys of JSON objects.
    private static Map<String, Object> object(@Nullable Object value, String name) {
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw RunlogException.badInput("'" + name + "' must be an object.");
    }
}
