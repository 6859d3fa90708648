package dev.runlog.gateway.graphql;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client sends, whatever the transport. */
public record GraphqlRequest(
        String query, @Nullable String operationName, Map<String, Object> variables, Map<String, Object> extensions) {
    private static final int VALUE_BYTES = 64;

    /** The memory that it takes, roughly. */
    long bytes() {
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
