package dev.runlog.gateway.graphql.limits;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.gateway.memory.Caches;
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
 * Parsed and validated queries that are within their limits, by their text. The cache is bounded by memory; refused
 * queries never enter it.
 */
public final class QueryCache implements PreparsedDocumentProvider {
    /**
     * Upper bound of the heap that a parsed query and its plans take for each character: measured on queries of 15,000
     * characters, from 0.02 (comments) and 36 (fields) to 58 bytes (lists of numbers as arguments).
     */
    private static final int BYTES_PER_CHAR = 64;

    private static final int BYTES_PER_ENTRY = 4096;
    /** More variables are rare, and their variants would take more memory than the query. */
    private static final int VARIABLES_MAX = 8;

    private static final int VARIANTS_MAX = 16;

    /**
     * The variables on which the cost of a query depends.
     *
     * @param variables integers (page sizes), booleans (directives) and sizes of lists (IDs)
     */
    record Variant(@Nullable String operation, Map<String, Object> variables) {}

    /**
     * A query.
     *
     * @param accepted its variants that were found within the limits
     * @param required names of variables that must not be null, by operation, as far as they are known
     */
    private record Entry(PreparsedDocumentEntry document, Set<Variant> accepted, Map<String, Set<String>> required) {}

    private final Cache<String, Entry> entries;

    public QueryCache(long bytesMax) {
        this.entries = Caches.builder()
                .maximumWeight(bytesMax)
                .weigher((String text, Entry cached) ->
                        (int) Math.min(BYTES_PER_ENTRY + (long) text.length() * BYTES_PER_CHAR, Integer.MAX_VALUE))
                .build();
    }

    @Override
    public CompletableFuture<PreparsedDocumentEntry> getDocumentAsync(
            ExecutionInput input, Function<ExecutionInput, PreparsedDocumentEntry> parse) {
        Entry cached = entries.getIfPresent(input.getQuery());
        if (cached == null) {
            cached = new Entry(parse.apply(input), ConcurrentHashMap.newKeySet(), new ConcurrentHashMap<>());
        }
        input.getGraphQLContext().put(Entry.class, cached);
        return CompletableFuture.completedFuture(cached.document());
    }

    /** The names of the variables of an operation that must not be null. */
    static Set<String> requiredVariables(
            GraphQLContext request, @Nullable String operation, Supplier<Set<String>> find) {
        return request.<Entry>get(Entry.class)
                .required()
                .computeIfAbsent(Objects.requireNonNullElse(operation, ""), name -> find.get());
    }

    /** Whether this variant of the query was found within the limits before. */
    static boolean isAccepted(GraphQLContext request, Variant variant) {
        return request.<Entry>get(Entry.class).accepted().contains(variant);
    }

    /** Keeps a query that was found within the limits. */
    void accept(GraphQLContext request, String text, Variant variant) {
        Entry cached = request.get(Entry.class);
        if (variant.variables().size() <= VARIABLES_MAX) {
            if (cached.accepted().size() >= VARIANTS_MAX) {
                cached.accepted().clear();
            }
            cached.accepted().add(variant);
        }
        entries.asMap().putIfAbsent(text, cached);
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
}
