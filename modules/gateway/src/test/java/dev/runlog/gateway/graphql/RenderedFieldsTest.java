package dev.runlog.gateway.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.render.Computed;
import dev.runlog.gateway.graphql.render.Loaded;
import dev.runlog.testing.Settings;
import graphql.schema.DataFetcher;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.LightDataFetcher;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The fields of the schema as the renderer sees them. */
final class RenderedFieldsTest {
    private static final Set<String> ROOTS = Set.of("Query", "Mutation", "Subscription");

    private final GraphqlSchemas schemas =
            new GraphqlSchemas(Settings.of("graphql").as(GatewayConfig.Graphql.class));
    private final GraphQLSchema schema =
            schemas.of(new Viewer("alice", EnumSet.allOf(Scope.class))).getGraphQLSchema();

    /** A field below the roots. */
    private record Field(String name, GraphQLFieldDefinition definition, DataFetcher<?> fetcher) {}

    @Test
    void arePropertiesOrLoadedOrComputed() {
        assertThat(fields())
                .filteredOn(field -> !(field.fetcher() instanceof LightDataFetcher
                        || field.fetcher() instanceof Loaded
                        || field.fetcher() instanceof Computed))
                .extracting(Field::name)
                .isEmpty();
    }

    /** Otherwise, one value that cannot be loaded or is refused would take others with it. */
    @Test
    void mayBeNullIfTheyMayFail() {
        assertThat(fields())
                .filteredOn(field -> !(field.fetcher() instanceof LightDataFetcher))
                .hasSizeGreaterThan(20)
                .filteredOn(
                        field -> GraphQLTypeUtil.isNonNull(field.definition().getType()))
                .extracting(Field::name)
                .isEmpty();
    }

    private List<Field> fields() {
        return schema.getAllTypesAsList().stream()
                .filter(GraphQLObjectType.class::isInstance)
                .map(GraphQLObjectType.class::cast)
                .filter(type -> !type.getName().startsWith("__") && !ROOTS.contains(type.getName()))
                .flatMap(this::fields)
                .toList();
    }

    private Stream<Field> fields(GraphQLObjectType type) {
        return type.getFieldDefinitions().stream()
                .map(field -> new Field(
                        type.getName() + "." + field.getName(),
                        field,
                        schema.getCodeRegistry().getDataFetcher(type, field)));
    }
}
