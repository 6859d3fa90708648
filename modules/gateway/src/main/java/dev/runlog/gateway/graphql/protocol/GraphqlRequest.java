package dev.runlog.gateway.graphql.protocol;

import dev.runlog.contract.error.RunlogException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A GraphQL request, as every transport receives it. */
public record GraphqlRequest(
        String query, @Nullable String operationName, Map<String, Object> variables, Map<String, Object> extensions) {
    private static final int VALUE_BYTES = 64;

    /**
     * The request in the members of a body or of the payload of a {@code subscribe} message. Fails with {@code
     * BAD_INPUT} for a member of the wrong type, which is never turned into a string.
     */
    public static GraphqlRequest of(Map<String, Object> members) {
        String query = string(members, "query");
        if (query == null) {
            throw RunlogException.badInput("Missing `query`.");
        }
        return new GraphqlRequest(
                query, string(members, "operationName"), object(members, "variables"), object(members, "extensions"));
    }

    private static @Nullable String string(Map<String, Object> members, String name) {
        Object value = members.get(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw RunlogException.badInput("Invalid `" + name + "` (expected a string).");
    }

    @SuppressWarnings("unchecked") // JsonReader makes maps with string keys of JSON objects.
    private static Map<String, Object> object(Map<String, Object> members, String name) {
        Object value = members.get(name);
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw RunlogException.badInput("Invalid `" + name + "` (expected an object).");
    }

    /** Approximate size in memory. */
    public long bytes() {
        return bytes(query) + bytes(variables) + bytes(extensions);
    }

    private static long bytes(@Nullable Object value) {
        long bytes = VALUE_BYTES;
        if (value instanceof String text) {
            bytes += 2L * text.length();
        } else if (value instanceof Map<?, ?> members) {
            for (Map.Entry<?, ?> member : members.entrySet()) {
                bytes += bytes(member.getKey()) + bytes(member.getValue());
            }
        } else if (value instanceof Iterable<?> elements) {
            for (Object element : elements) {
                bytes += bytes(element);
            }
        }
        return bytes;
    }
}
