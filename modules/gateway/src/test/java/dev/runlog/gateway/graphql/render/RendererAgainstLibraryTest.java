package dev.runlog.gateway.graphql.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.json.JsonWriter;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.AsyncSerialExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.preparsed.PreparsedDocumentEntry;
import graphql.schema.DataFetcher;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import io.vertx.core.Future;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with graphql-java's own strategies: both return the same data and errors for any query. */
final class RendererAgainstLibraryTest {
    private static final String SCHEMA = """
            type Query { shelf: Shelf shelves: [Shelf!]! things: [Thing] present: Shelf! pair: [[Shelf]] }
            type Mutation { rename: Shelf refuse: Shelf }
            interface Thing { id: ID! colour: Colour }
            enum Colour { RED GREEN }
            type Shelf implements Thing {
              id: ID!
              colour: Colour
              books: [Book]!
              strictBooks: [Book!]
              first(count: Int = 1): [Book!]
              owner: Owner
              secret: String
              secrets: [Secret!]
              key: Secret
            }
            type Secret { text: String! shelf: Shelf }
            type Book implements Thing {
              id: ID!
              colour: Colour
              title: String!
              pages: Int
              chapters: [[String!]!]
              shelf: Shelf
              isbn: String
              locked: String!
            }
            type Owner { name: String! shelves(count: Int): [Shelf!] book: Book }
            """;

    /** What stands on a shelf. */
    public record Book(String id, String title, int pages, List<List<String>> chapters) {
        public @Nullable String getColour() {
            return pages > 15 ? "RED" : null;
        }
    }

    /** Where books stand. */
    public record Shelf(String id, String colour, List<@Nullable Book> books) {
        public List<Book> strictBooks() {
            return books.stream().filter(Objects::nonNull).toList();
        }
    }

    /** Whom a shelf belongs to. */
    public record Owner(String name) {}

    /** What only some may see. */
    public record Secret(Shelf shelf) {}

    private static final String FAILING = "failing";

    private static final Book ONE = new Book("b1", "One", 10, List.of(List.of("a", "b"), List.of()));
    private static final Book TWO = new Book("b2", "Two", 20, List.of());
    private static final List<Shelf> SHELVES = List.of(
            new Shelf("s0", "GREEN", Arrays.asList(ONE, null, TWO)),
            new Shelf("s1", "RED", List.of(TWO)),
            new Shelf("s2", "RED", List.of()));

    private final DataFetcherExceptionHandler failures = GraphqlErrors::handle;
    private final GraphQLSchema schema = schema(true);
    private final Map<String, PreparsedDocumentEntry> parsed = new ConcurrentHashMap<>();
    private final GraphQL ours = ours();
    private final GraphQL theirs = GraphQL.newGraphQL(schema(false))
            .queryExecutionStrategy(new AsyncExecutionStrategy(failures))
            .mutationExecutionStrategy(new AsyncSerialExecutionStrategy(failures))
            .build();
    private int requests;

    private GraphQL ours() {
        Renderer renderer = new Renderer(failures, new Plans());
        return GraphQL.newGraphQL(schema)
                .queryExecutionStrategy(renderer)
                .mutationExecutionStrategy(new SerialRenderer(failures, renderer))
                .preparsedDocumentProvider((input, parse) -> CompletableFuture.completedFuture(
                        parsed.computeIfAbsent(input.getQuery(), text -> parse.apply(input))))
                .build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ shelf { id colour books { title pages chapters } } }",
                "{ shelf { __typename i: id c: colour id books { __typename t: title title } } }",
                "{ shelf { ...all } other: shelf { ...all } } fragment all on Shelf { id books { ...b } } fragment b on Book { pages }",
                "{ shelf { books { title } ... on Shelf { books { pages } colour } } }",
                "{ shelf { books { title } } shelf { books { pages } id } }",
                "{ things { id __typename ... on Shelf { owner { name } } ... on Book { shelf { id } } } }",
                "{ shelf { id owner { name book { shelf { owner { name } } } } } shelves { owner { name } } }",
                "{ shelves { id secret key { text } secrets { text shelf { id } } } }",
                "{ shelves { strictBooks { title locked isbn } books { locked } } present { secrets { text } } }",
                "{ pair { secret strictBooks { locked } } }",
                "query Q($yes: Boolean!) { shelf { id @include(if: $yes) books @skip(if: $yes) { title } } }",
                "query Q($n: Int) { shelf { first(count: $n) { title } a: first { id } owner { shelves(count: $n) { id } } } }",
                "mutation { rename { id owner { name } } refuse { id } again: rename { secret } }",
                "{ __schema { queryType { name fields { name type { kind } } } } }",
                "{ shelf { nope } }",
            })
    void answersAsTheLibraryDoes(String query) {
        for (boolean yes : new boolean[] {true, false, true}) {
            assertSameAnswer(query, Map.of("yes", yes, "n", 2));
        }
    }

    @Test
    void answersRandomQueriesAsTheLibraryDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RandomQuery queries = new RandomQuery(schema, random);
        int valid = 0;
        for (int i = 0; i < 200; i++) {
            String query = queries.next();
            valid += execute(ours, query, Map.of("yes", true)).isDataPresent() ? 1 : 0;
            for (boolean yes : new boolean[] {true, false}) {
                try {
                    assertSameAnswer(query, Map.of("yes", yes, "n", random.nextInt(3)));
                } catch (AssertionError | RuntimeException failure) {
                    throw new AssertionError("Seed " + seed + ": " + query, failure);
                }
            }
        }
        assertThat(valid).as("valid queries of seed " + seed).isGreaterThan(100);
    }

    @Test
    void loadsTheChildrenOfALevelTogether() {
        execute(ours, "{ shelves { owner { book { shelf { id } } } key { shelf { owner { name } } } } }", Map.of());

        // First owners and keys, then the books of the former and the owners below the latter, then the books' shelves.
        assertThat(requests).isEqualTo(5);
    }

    @Test
    void hidesDirectivesWithoutEffect() {
        ExecutionResult result = execute(ours, "{ __schema { directives { name } } }", Map.of());

        assertThat(json(result)).contains("include").doesNotContain("defer", "experimental");
    }

    private void assertSameAnswer(String query, Map<String, Object> variables) {
        ExecutionResult result = execute(ours, query, variables);

        ExecutionResult expected = execute(theirs, query, variables);
        assertThat(JsonWriter.write(result.<Object>getData()).toString())
                .isEqualTo(JsonWriter.write(expected.<Object>getData()).toString());
        assertThat(result.getErrors().stream().map(GraphQLError::toSpecification))
                .containsExactlyInAnyOrderElementsOf(expected.getErrors().stream()
                        .map(GraphQLError::toSpecification)
                        .toList());
    }

    private static String json(ExecutionResult result) {
        return JsonWriter.write(result.toSpecification()).toString();
    }

    private ExecutionResult execute(GraphQL engine, String query, Map<String, Object> variables) {
        return engine.executeAsync(ExecutionInput.newExecutionInput()
                        .query(query)
                        .variables(variables)
                        .build())
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private GraphQLSchema schema(boolean rendered) {
        Wiring wiring = new Wiring(rendered);
        RuntimeWiring resolvers = RuntimeWiring.newRuntimeWiring()
                .type("Query", type -> type.dataFetcher("shelf", env -> SHELVES.get(0))
                        .dataFetcher("shelves", env -> CompletableFuture.supplyAsync(() -> SHELVES))
                        .dataFetcher("things", env -> Arrays.asList(SHELVES.get(1), null, ONE))
                        .dataFetcher("present", env -> SHELVES.get(0))
                        .dataFetcher("pair", env -> List.of(SHELVES, Arrays.asList(null, SHELVES.get(1)))))
                .type("Mutation", type -> type.dataFetcher("rename", env -> SHELVES.get(1))
                        .dataFetcher("refuse", env -> {
                            throw RunlogException.conflict("Refused.");
                        }))
                .type(
                        "Thing",
                        type -> type.typeResolver(env -> env.getSchema()
                                .getObjectType(env.getObject().getClass().getSimpleName())))
                .type("Shelf", type -> type.dataFetcher(
                                "owner",
                                wiring.loaded(
                                        "owner",
                                        Shelf.class,
                                        (shelf, count) ->
                                                shelf.id().equals("s2") ? null : new Owner("Owner of " + shelf.id())))
                        .dataFetcher(
                                "first",
                                wiring.loaded("books", Shelf.class, (shelf, count) -> shelf.strictBooks().stream()
                                        .limit(count == null ? 9 : count)
                                        .toList()))
                        .dataFetcher(
                                "key",
                                wiring.loaded(
                                        "key",
                                        Shelf.class,
                                        (shelf, count) -> shelf.id().equals("s1") ? refuse("key") : new Secret(shelf)))
                        .dataFetcher(
                                "secret",
                                wiring.computed(
                                        Shelf.class, shelf -> shelf.id().equals("s0") ? "hidden" : refuse("secret")))
                        .dataFetcher(
                                "secrets",
                                wiring.computed(
                                        Shelf.class, shelf -> List.of(new Secret(shelf), new Secret(SHELVES.get(1))))))
                .type(
                        "Secret",
                        type -> type.dataFetcher(
                                "text",
                                wiring.computed(
                                        Secret.class,
                                        secret -> secret.shelf().id().equals("s0") ? "text" : refuse("text"))))
                .type("Book", type -> type.dataFetcher(
                                "shelf",
                                wiring.loaded(
                                        "shelf",
                                        Book.class,
                                        (book, count) -> book.equals(ONE) ? SHELVES.get(0) : SHELVES.get(1)))
                        .dataFetcher("isbn", wiring.loaded(FAILING, Book.class, (book, count) -> "isbn"))
                        .dataFetcher(
                                "locked",
                                wiring.computed(Book.class, book -> book.equals(ONE) ? "open" : refuse("locked"))))
                .type("Owner", type -> type.dataFetcher(
                                "book", wiring.loaded("book", Owner.class, (owner, count) -> TWO))
                        .dataFetcher(
                                "shelves",
                                wiring.loaded(
                                        "shelves",
                                        Owner.class,
                                        (owner, count) -> SHELVES.subList(0, count == null ? 1 : count))))
                .build();
        return new SchemaGenerator().makeExecutableSchema(new SchemaParser().parse(SCHEMA), resolvers);
    }

    private static Object refuse(String field) {
        throw RunlogException.forbidden("No " + field + ".");
    }

    /** The same fields, rendered by us or resolved by the library. */
    private final class Wiring {
        private final boolean rendered;
        private final Map<String, Loaded.Batch<Object, Object>> batches = new HashMap<>();

        Wiring(boolean rendered) {
            this.rendered = rendered;
        }

        <S> DataFetcher<?> computed(Class<S> type, Function<S, Object> get) {
            return rendered
                    ? new Computed<>(type, (source, fetch) -> get.apply(source))
                    : env -> get.apply(type.cast(env.getSource()));
        }

        /** Each value is its own key. */
        <S> DataFetcher<?> loaded(String batch, Class<S> type, BiFunction<S, @Nullable Integer, @Nullable Object> get) {
            if (rendered) {
                return new Loaded<>(
                        type,
                        batches.computeIfAbsent(batch, this::batch),
                        (source, fetch) ->
                                get.apply(source, (Integer) fetch.arguments().get("count")),
                        (source, loaded) -> loaded);
            }
            return env -> {
                Object value = get.apply(type.cast(env.getSource()), env.getArgument("count"));
                if (batch.equals(FAILING)) {
                    throw RunlogException.conflict(FAILING);
                }
                return value;
            };
        }

        private Loaded.Batch<Object, Object> batch(String name) {
            return Loaded.Batch.ofAll((fetch, keys) -> {
                requests++;
                return name.equals(FAILING)
                        ? Future.failedFuture(RunlogException.conflict(FAILING))
                        : Future.succeededFuture(
                                keys.stream().collect(Collectors.toMap(Function.identity(), Function.identity())));
            });
        }
    }
}
