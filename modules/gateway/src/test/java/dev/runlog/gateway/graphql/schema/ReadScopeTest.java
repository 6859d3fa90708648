package dev.runlog.gateway.graphql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.schema.DataFetcher;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.TypeResolver;
import graphql.schema.idl.InterfaceWiringEnvironment;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import graphql.schema.idl.WiringFactory;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class ReadScopeTest {
    private static final GraphQLSchema SCHEMA = schema();

    @Test
    void refusesEveryFieldThatIsNotListed() {
        GraphQLSchema closed = ReadScope.without(SCHEMA);
        List<String> open = new ArrayList<>();
        for (GraphQLObjectType type : objects(closed)) {
            for (GraphQLFieldDefinition field : type.getFieldDefinitions()) {
                DataFetcher<?> fetcher = closed.getCodeRegistry().getDataFetcher(type, field);
                if (!isRefusal(fetcher)) {
                    open.add(type.getName() + "." + field.getName());
                }
            }
        }

        List<String> listed = ReadScope.OPEN.entrySet().stream()
                .flatMap(type -> type.getValue().stream().map(field -> type.getKey() + "." + field))
                .toList();
        assertThat(open).containsExactlyInAnyOrderElementsOf(listed);
    }

    @Test
    void leavesReadersTheWholeSchema() {
        ReadScope.without(SCHEMA);

        for (GraphQLObjectType type : objects(SCHEMA)) {
            for (GraphQLFieldDefinition field : type.getFieldDefinitions()) {
                assertThat(isRefusal(SCHEMA.getCodeRegistry().getDataFetcher(type, field)))
                        .isFalse();
            }
        }
    }

    private static boolean isRefusal(DataFetcher<?> fetcher) {
        return fetcher == ReadScope.REFUSAL || fetcher == ReadScope.ROOT_REFUSAL;
    }

    /** Else the refusal of one field would take others along that the viewer may see. */
    @Test
    void refusesNothingThatMayNotBeNullBesideWhatIsOpen() {
        Set<String> nonNull = new TreeSet<>();
        for (GraphQLObjectType type : objects(SCHEMA)) {
            if (!ReadScope.OPEN.containsKey(type.getName()) || type.getName().equals("Subscription")) {
                continue;
            }
            for (GraphQLFieldDefinition field : type.getFieldDefinitions()) {
                if (!ReadScope.isOpen(type, field) && GraphQLTypeUtil.isNonNull(field.getType())) {
                    nonNull.add(type.getName() + "." + field.getName());
                }
            }
        }

        assertThat(nonNull).isEmpty();
    }

    private static List<GraphQLObjectType> objects(GraphQLSchema schema) {
        return schema.getAllTypesAsList().stream()
                .filter(GraphQLObjectType.class::isInstance)
                .map(GraphQLObjectType.class::cast)
                .filter(type -> !type.getName().startsWith("__"))
                .toList();
    }

    static GraphQLSchema schema() {
        try (Reader text = new InputStreamReader(
                Objects.requireNonNull(ReadScopeTest.class.getResourceAsStream("/schema.graphqls")),
                StandardCharsets.UTF_8)) {
            TypeDefinitionRegistry types = new SchemaParser().parse(text);
            return new SchemaGenerator()
                    .makeExecutableSchema(
                            types,
                            RuntimeWiring.newRuntimeWiring()
                                    .scalar(Scalars.DATE_TIME)
                                    .scalar(Scalars.DURATION)
                                    .scalar(Scalars.DATE)
                                    .scalar(Scalars.LONG)
                                    .scalar(Scalars.JSON)
                                    .wiringFactory(new WiringFactory() {
                                        @Override
                                        public boolean providesTypeResolver(InterfaceWiringEnvironment of) {
                                            return true;
                                        }

                                        @Override
                                        public TypeResolver getTypeResolver(InterfaceWiringEnvironment of) {
                                            return env -> null;
                                        }
                                    })
                                    .build());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
