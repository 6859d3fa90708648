package dev.runlog.gateway.graphql;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.gateway.Caches;
import graphql.ExecutionInput;
import graphql.GraphQLContext;
import graphql.execution.CoercedVariables;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.execution.preparsed.PreparsedDocumentProvider;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queries that were parsed, validated and found within their limits, kept by their text and weighed by their memory. A
 * query that is refused is never kept.
 */
final class Documents implements PreparsedDocumentProvider {
    /**
     * Most bytes of heap that a parsed query and its plans took for each character of its text: measured on queries of
     * 15,000 characters, from 0.02 (comments) and 36 (fields) to 58 (lists of numbers as arguments).
     */
    private static final int BYTES_PER_CHAR = 64;

    private static final int BYTES_PER_ENTRY = 4096;
    /** Variables beyond these are rare, and their combinations would outgrow the document. */
    private static final int VARIABLES_MAX = 8;

    private static final int VARIANTS_MAX = 16;

    /**
     * What the cost of a document depends on.
     *
     * @param variables integers (page sizes), booleans (directives) and the sizes of lists (IDs)
     */
    record Variant(@Nullable String operation, Map<String, Object> variables) {}

    /**
     * A document.
     *
     * @param accepted the variants of it that were found within the limits
     * @param required the variables of each operation that must not be null, as far as they were looked for
     */
    private record Known(PreparsedDocumentEntry entry, Set<Variant> accepted, Map<String, Set<String>> required) {}

    private final Cache<String, Known> documents;

    Documents(long bytesMax) {
        this.documents = Caches.builder()
                .maximumWeight(bytesMax)
                .weigher((String text, Known known) ->
                        (int) Math.min(BYTES_PER_ENTRY + (long) text.length() * BYTES_PER_CHAR, Integer.MAX_VALUE))
                .build();
    }

    @Override
    public CompletableFuture<PreparsedDocumentEntry> getDocumentAsync(
            ExecutionInput input, Function<ExecutionInput, PreparsedDocumentEntry> parse) {
        Known known = documents.getIfPresent(input.getQuery());
        if (known == null) {
            known = new Known(parse.apply(input), ConcurrentHashMap.newKeySet(), new ConcurrentHashMap<>());
        }
        input.getGraphQLContext().put(Known.class, known);
        return CompletableFuture.completedFuture(known.entry());
    }

    /** The names of the variables of an operation that must not be null. */
    static Set<String> requiredVariables(
            GraphQLContext request, @Nullable String operation, Supplier<Set<String>> find) {
        return request.<Known>get(Known.class)
                .required()
                .computeIfAbsent(Objects.requireNonNullElse(operation, ""), name -> find.get());
    }

    /** Whether the query of the request was found within the limits before. */
    static boolean isAccepted(GraphQLContext request, Variant variant) {
        return request.<Known>get(Known.class).accepted().contains(variant);
    }

    /** Keeps the query of the request, which is within the limits. */
    void accept(GraphQLContext request, String text, Variant variant) {
        Known known = request.get(Known.class);
        if (variant.variables().size() <= VARIABLES_MAX) {
            if (known.accepted().size() >= VARIANTS_MAX) {
                known.accepted().clear();
            }
            known.accepted().add(variant);
        }
        documents.asMap().putIfAbsent(text, known);
    }

    static Variant variant(@Nullable String operation, CoercedVariables variables) {
        Map<String, Object> found = new TreeMap<>();
        variables.toMap().forEach((name, value) -> {
            if (value instanceof Integer || value instanceof Boolean) {
                found.put(name, value);
            } else if (value instanceof Collection<?> elements) {
                found.put(name, elements.size());
            }
        });
        return new Variant(operation, found);
    }

    /** How many queries are kept. */
    long size() {
        documents.cleanUp();
        return documents.estimatedSize();
    }
}
