package dev.runlog.gateway.graphql.render;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.ExecutionInput;
import graphql.GraphQL;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SelectedFieldsTest {
    private static final String SCHEMA =
            "type Query { list: List } type List { nodes: [Node!] total: Int } type Node { id: ID label: String }";

    private final Plans plans = new Plans();
    private final AtomicReference<SelectedFields> selected = new AtomicReference<>();
    private final GraphQLSchema schema = new SchemaGenerator()
            .makeExecutableSchema(
                    new SchemaParser().parse(SCHEMA),
                    RuntimeWiring.newRuntimeWiring()
                            .type(
                                    "Query",
                                    type -> type.dataFetcher("list", env -> {
                                        selected.set(plans.selected(env));
                                        return null;
                                    }))
                            .build());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // query | has total | only IDs
                "{ list { nodes { id } } } | false | true",
                "{ list { total: nodes { id } } } | false | true",
                "{ list { count: total nodes { id label } } } | true | false",
                "{ list { nodes { id } ... { nodes { label } } } } | false | false",
                "{ list { ...f } list { nodes { id } } } fragment f on List { total } | true | true",
                "query($yes: Boolean = true) { list { total @skip(if: $yes) nodes { id label @include(if: $yes) } } } | false | false",
                "query($yes: Boolean = false) { list { total @skip(if: $yes) nodes { id label @include(if: $yes) } } } | true | true",
            })
    void heedsAliasesFragmentsAndDirectives(String query, boolean hasTotal, boolean hasOnlyIds) {
        GraphQL.newGraphQL(schema)
                .build()
                .execute(ExecutionInput.newExecutionInput().query(query).variables(Map.of()));

        assertThat(selected.get().hasAny(Set.of("total"))).isEqualTo(hasTotal);
        assertThat(selected.get().areWithin(Set.of("id", "total"), Set.of("nodes")))
                .isEqualTo(hasOnlyIds);
    }
}
