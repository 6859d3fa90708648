package dev.runlog.gateway.graphql.limits;

import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLSchema;
import java.util.Collection;
import java.util.List;

/**
 * Sizes of the lists of introspection, for its cost: exact for types and directives. For the lists within these it is
 * the mean, rounded up, because an introspection query visits all of them.
 */
record IntrospectionSizes(int types, int directives, int fields, int arguments, int members) {
    static IntrospectionSizes of(GraphQLSchema schema) {
        List<GraphQLNamedType> types = schema.getAllTypesAsList();
        int fields = 0;
        int arguments = 0;
        int members = 0;
        for (GraphQLNamedType type : types) {
            if (type instanceof GraphQLFieldsContainer container) {
                fields += container.getFieldDefinitions().size();
                arguments += container.getFieldDefinitions().stream()
                        .map(field -> field.getArguments())
                        .mapToInt(Collection::size)
                        .sum();
            } else if (type instanceof GraphQLInputObjectType input) {
                members += input.getFields().size();
            } else if (type instanceof GraphQLEnumType constants) {
                members += constants.getValues().size();
            }
        }
        return new IntrospectionSizes(
                types.size(),
                schema.getDirectives().size(),
                mean(fields, types.size()),
                mean(arguments, fields),
                mean(members, types.size()));
    }

    /** The size of the list in a field of introspection; 1 for other fields. */
    int of(String field) {
        return switch (field) {
            case "types" -> types;
            case "directives" -> directives;
            case "fields" -> fields;
            case "args" -> arguments;
            case "enumValues", "inputFields", "possibleTypes" -> members;
            default -> 1;
        };
    }

    private static int mean(int sum, int count) {
        return Math.max(1, (sum + count - 1) / Math.max(1, count));
    }
}
