package dev.runlog.gateway.graphql.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.gateway.json.JsonWriter;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.SimpleDataFetcherExceptionHandler;
import graphql.schema.DataFetcher;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.dataloader.DataLoaderFactory;
import org.dataloader.DataLoaderRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares with graphql-java's own strategy: both return the same data and errors for any query. */
final class PlainSelectionsTest {
    private static final String SCHEMA = """
            type Query { shelf: Shelf shelves: [Shelf!]! thing: Thing broken: Shelf! }
            interface Thing { id: ID! }
            enum Colour { RED GREEN }
            type Shelf implements Thing {
              id: ID!
              colour: Colour
              books: [Book]!
              owner: Owner
              width(inMillimetres: Boolean): Int
              faulty: Int
              absent: String!
            }
            type Book { title: String! pages: Int chapters: [[String!]!] shelf: Shelf }
            type Owner { name: String! }
            """;

    /** What stands on a shelf. */
    public record Book(
            String title,
            int pages,
            List<List<String>> chapters,
            @Nullable Shelf shelf) {}

    /** Where books stand. */
    public record Shelf(UUID id, String colour, List<@Nullable Book> books, int width) {
        public int getFaulty() {
            return books.get(width).pages();
        }

        public @Nullable String getAbsent() {
            return null;
        }
    }

    private static final Shelf SHELF = new Shelf(
            UUID.fromString("01a20f8e-6a43-7000-8000-000000000001"),
            "GREEN",
            Arrays.asList(
                    new Book("One", 10, List.of(List.of("a", "b"), List.of()), null),
                    null,
                    new Book("Two", 20, List.of(), null)),
            900);

    private final DataFetcherExceptionHandler failures = new SimpleDataFetcherExceptionHandler();
    private final GraphQL ours = GraphQL.newGraphQL(schema())
            .queryExecutionStrategy(new PlainSelections(failures))
            .build();
    private final GraphQL theirs = GraphQL.newGraphQL(schema())
            .queryExecutionStrategy(new AsyncExecutionStrategy(failures))
            .build();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ shelf { id colour books { title pages chapters } } }",
                "{ shelf { __typename i: id c: colour id books { __typename t: title title } } }",
                "{ shelf { ...all } other: shelf { ...all } } fragment all on Shelf { id books { ...b } } fragment b on Book { pages }",
                "{ shelf { books { title } ... on Shelf { books { pages } colour } } }",
                "{ shelf { books { title } } shelf { books { pages } id } }",
                "{ shelves { id books { pages } } }",
                "{ thing { id __typename ... on Shelf { colour } } }",
                "{ shelf { id owner { name } } shelves { owner { name } } }",
                "{ plain: shelf { id } shelf { books { title } owner { name } } shelves { id owner { name } } }",
                "{ shelf { width(inMillimetres: true) id } }",
                "{ shelf { id faulty } }",
                "{ shelf { id absent } }",
                "{ shelves { id absent } }",
                "{ broken { id } }",
                "query Q($yes: Boolean = true) { shelf { id @include(if: $yes) books @skip(if: $yes) { title } } }",
                "query Q($yes: Boolean = true) { shelf { ...f @include(if: $yes) } } fragment f on Shelf { colour }",
                "{ shelf { books { shelf { id books { title } } } } }",
                "{ __schema { queryType { name fields { name type { kind } } } } }",
                "{ shelf { nope } }",
            })
    void answersAsTheLibraryDoes(String query) {
        for (boolean yes : new boolean[] {true, false, true}) {
            Map<String, Object> variables = query.contains("$yes") ? Map.of("yes", yes) : Map.of();

            ExecutionResult result = execute(ours, query, variables);

            ExecutionResult expected = execute(theirs, query, variables);
            assertThat(JsonWriter.write(result.toSpecification()).toString())
                    .isEqualTo(JsonWriter.write(expected.toSpecification()).toString());
        }
    }

    private static ExecutionResult execute(GraphQL engine, String query, Map<String, Object> variables) {
        DataLoaderRegistry registry = DataLoaderRegistry.newRegistry()
                .register(
                        "owner",
                        DataLoaderFactory.newDataLoader((List<UUID> ids) -> CompletableFuture.completedFuture(
                                ids.stream().map(id -> Map.of("name", "Ann")).toList())))
                .build();
        return engine.executeAsync(ExecutionInput.newExecutionInput()
                        .query(query)
                        .variables(variables)
                        .dataLoaderRegistry(registry)
                        .build())
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static GraphQLSchema schema() {
        DataFetcher<?> owner = env -> env.<UUID, Object>getDataLoader("owner").load(((Shelf) env.getSource()).id());
        RuntimeWiring wiring = RuntimeWiring.newRuntimeWiring()
                .type("Query", type -> type.dataFetcher("shelf", env -> SHELF)
                        .dataFetcher("shelves", env -> CompletableFuture.supplyAsync(() -> List.of(SHELF, SHELF)))
                        .dataFetcher("thing", env -> SHELF)
                        .dataFetcher("broken", env -> null))
                .type("Shelf", type -> type.dataFetcher("owner", owner))
                .type("Thing", type -> type.typeResolver(env -> env.getSchema().getObjectType("Shelf")))
                .build();
        return new SchemaGenerator().makeExecutableSchema(new SchemaParser().parse(SCHEMA), wiring);
    }
}
