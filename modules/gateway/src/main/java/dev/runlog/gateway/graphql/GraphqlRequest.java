package dev.runlog.gateway.graphql;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client sends, whatever the transport. */
public record GraphqlRequest(
        String query, @Nullable String operationName, Map<String, Object> variables, Map<String, Object> extensions) {}
