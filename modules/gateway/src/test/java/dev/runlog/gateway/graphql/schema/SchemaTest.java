package dev.runlog.gateway.graphql.schema;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLNamedSchemaElement;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Rules that hold for every type of the schema. */
final class SchemaTest {
    private static final GraphQLSchema SCHEMA = ReadScopeTest.schema();

    /** Mean numbers and shares, which are not counts. */
    private static final Set<String> FRACTIONS =
            Set.of("Statistics.recordedPerDay", "WorkflowStatistics.successRate", "IntervalStatistics.successRate");

    /** Shorthands for {@code ExecutionFilter.statuses}. */
    private static final Set<String> SHORTHANDS = Set.of(
            "Query.executions.status",
            "Workflow.executions.status",
            "Execution.children.status",
            "Execution.retries.status",
            "Subscription.executionChanges.status");

    @Test
    void everythingIsDescribed() {
        Set<String> undescribed = new TreeSet<>();
        for (GraphQLNamedType type : types()) {
            require(type, type.getName(), undescribed);
            if (type instanceof GraphQLFieldsContainer object) {
                for (GraphQLFieldDefinition field : object.getFieldDefinitions()) {
                    String name = type.getName() + "." + field.getName();
                    require(field, name, undescribed);
                    field.getArguments().forEach(it -> require(it, name + "." + it.getName(), undescribed));
                }
            } else if (type instanceof GraphQLInputObjectType input) {
                input.getFields().forEach(it -> require(it, type.getName() + "." + it.getName(), undescribed));
            } else if (type instanceof GraphQLEnumType words) {
                words.getValues().forEach(it -> require(it, type.getName() + "." + it.getName(), undescribed));
            }
        }

        assertThat(undescribed).isEmpty();
    }

    @Test
    void countsAreLongs() {
        Set<String> floats = new TreeSet<>();
        for (GraphQLNamedType type : types()) {
            if (type instanceof GraphQLFieldsContainer object) {
                object.getFieldDefinitions().stream()
                        .filter(field -> GraphQLTypeUtil.unwrapAll(field.getType())
                                .getName()
                                .equals("Float"))
                        .forEach(field -> floats.add(type.getName() + "." + field.getName()));
            }
        }

        assertThat(floats).containsExactlyInAnyOrderElementsOf(FRACTIONS);
    }

    @Test
    void listsOfStatusesAreNamedInThePlural() {
        List<String> singular = new ArrayList<>();
        for (GraphQLNamedType type : types()) {
            if (type instanceof GraphQLFieldsContainer object) {
                for (GraphQLFieldDefinition field : object.getFieldDefinitions()) {
                    if (isListNamedInTheSingular(field.getName(), GraphQLTypeUtil.simplePrint(field.getType()))) {
                        singular.add(type.getName() + "." + field.getName());
                    }
                    field.getArguments().stream()
                            .filter(it ->
                                    isListNamedInTheSingular(it.getName(), GraphQLTypeUtil.simplePrint(it.getType())))
                            .forEach(it -> singular.add(type.getName() + "." + field.getName() + "." + it.getName()));
                }
            } else if (type instanceof GraphQLInputObjectType input) {
                for (GraphQLInputObjectField field : input.getFields()) {
                    if (isListNamedInTheSingular(field.getName(), GraphQLTypeUtil.simplePrint(field.getType()))) {
                        singular.add(type.getName() + "." + field.getName());
                    }
                }
            }
        }

        assertThat(singular).containsExactlyInAnyOrderElementsOf(SHORTHANDS);
    }

    private static boolean isListNamedInTheSingular(String name, String type) {
        return type.startsWith("[ExecutionStatus") && !name.endsWith("es");
    }

    private static void require(GraphQLNamedSchemaElement element, String name, Set<String> undescribed) {
        String description = element.getDescription();
        if (description == null || description.isBlank()) {
            undescribed.add(name);
        }
    }

    private static List<GraphQLNamedType> types() {
        return SCHEMA.getAllTypesAsList().stream()
                .filter(type -> !type.getName().startsWith("__"))
                .toList();
    }
}
