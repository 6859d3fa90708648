package dev.runlog.gateway.graphql.render;

import graphql.schema.GraphQLArgument;
import graphql.schema.GraphQLCompositeType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLFieldsContainer;
import graphql.schema.GraphQLInterfaceType;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Random valid queries of a schema, with aliases, fields that are selected twice, fragments, directives and variables.
 * Every argument is an {@code Int}.
 */
final class RandomQuery {
    private static final int DEPTH_MAX = 3;
    private static final Map<String, String> VARIABLES =
            Map.of("$yes", "Boolean!", "$no", "Boolean = false", "$n", "Int");

    private final GraphQLSchema schema;
    private final Random random;
    private final Map<String, String> fragments = new LinkedHashMap<>();

    RandomQuery(GraphQLSchema schema, Random random) {
        this.schema = schema;
        this.random = random;
    }

    String next() {
        fragments.clear();
        String selection = selection(schema.getQueryType(), 0);
        String body = selection + String.join("", fragments.values());
        String variables = VARIABLES.entrySet().stream()
                .filter(variable -> body.contains(variable.getKey() + ")"))
                .map(variable -> variable.getKey() + ": " + variable.getValue())
                .collect(Collectors.joining(", "));
        return "query " + (variables.isEmpty() ? "" : "(" + variables + ") ") + body;
    }

    private String selection(GraphQLCompositeType type, int depth) {
        List<String> parts = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            parts.add(part(type, depth));
        }
        parts.add("__typename");
        return "{ " + String.join(" ", parts) + " }";
    }

    private String part(GraphQLCompositeType type, int depth) {
        return switch (random.nextInt(10)) {
            case 0 -> "..." + directive() + " " + selection(type, depth + 1);
            case 1 -> "... on " + possible(type).getName() + directive() + " " + selection(possible(type), depth + 1);
            case 2 -> "..." + fragment(type, depth) + directive();
            default -> field(type, depth);
        };
    }

    private String field(GraphQLCompositeType type, int depth) {
        if (!(type instanceof GraphQLFieldsContainer container)) {
            return "__typename";
        }
        List<GraphQLFieldDefinition> fields = container.getFieldDefinitions().stream()
                .filter(field -> depth < DEPTH_MAX || isLeaf(field))
                .toList();
        if (fields.isEmpty()) {
            return "__typename";
        }
        GraphQLFieldDefinition field = fields.get(random.nextInt(fields.size()));
        // Equal keys have equal arguments, so that they can be merged.
        String alias = random.nextInt(3) == 0 ? "x" + random.nextInt(2) + "_" : "";
        String arguments = "";
        for (GraphQLArgument argument : field.getArguments()) {
            String value = List.of("1", "2", "$n", "").get(random.nextInt(4));
            alias += value.isEmpty() ? "d_" : value.equals("$n") ? "v_" : "n" + value + "_";
            arguments += value.isEmpty() ? "" : "(" + argument.getName() + ": " + value + ")";
        }
        String key = alias.isEmpty() ? "" : alias + field.getName() + ": ";
        return key
                + field.getName()
                + arguments
                + directive()
                + (isLeaf(field)
                        ? ""
                        : " "
                                + selection(
                                        (GraphQLCompositeType) GraphQLTypeUtil.unwrapAll(field.getType()), depth + 1));
    }

    private static boolean isLeaf(GraphQLFieldDefinition field) {
        return !(GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLCompositeType);
    }

    private String fragment(GraphQLCompositeType type, int depth) {
        String name = "f" + fragments.size();
        fragments.put(name, "");
        fragments.put(
                name,
                " fragment " + name + " on " + ((GraphQLNamedType) type).getName() + " " + selection(type, depth + 2));
        return name;
    }

    private GraphQLObjectType possible(GraphQLCompositeType type) {
        return type instanceof GraphQLInterfaceType shared
                ? schema.getImplementations(shared).get(0)
                : (GraphQLObjectType) type;
    }

    private String directive() {
        return switch (random.nextInt(12)) {
            case 0 -> " @include(if: $yes)";
            case 1 -> " @skip(if: $no)";
            case 2 -> " @skip(if: $yes) @include(if: true)";
            default -> "";
        };
    }
}
