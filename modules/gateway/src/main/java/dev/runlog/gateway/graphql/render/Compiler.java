package dev.runlog.gateway.graphql.render;

import com.fasterxml.jackson.core.io.SerializedString;
import graphql.GraphQLContext;
import graphql.execution.FieldCollector;
import graphql.execution.FieldCollectorParameters;
import graphql.execution.MergedField;
import graphql.language.FragmentDefinition;
import graphql.schema.DataFetcher;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLInterfaceType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNamedOutputType;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.GraphQLUnionType;
import graphql.schema.LightDataFetcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles the selection of one root field for one combination of directives. */
final class Compiler {
    private static final FieldCollector COLLECTOR = new FieldCollector();

    private final GraphQLSchema schema;
    private final Map<String, FragmentDefinition> fragments;
    private final Map<String, Object> variables;
    private int members;
    private int size;

    /** @param variables the coerced variables, which decide on directives */
    Compiler(GraphQLSchema schema, Map<String, FragmentDefinition> fragments, Map<String, Object> variables) {
        this.schema = schema;
        this.fragments = fragments;
        this.variables = variables;
    }

    Plan compile(MergedField field, GraphQLType type) {
        Member root = new Member(-1, name(field), field, null, null, shape(type, leaf(field, type)), false);
        return new Plan(root, members, size);
    }

    private static SerializedString name(MergedField field) {
        return new SerializedString(field.getResultKey());
    }

    private Shape leaf(MergedField field, GraphQLType type) {
        GraphQLType named = GraphQLTypeUtil.unwrapAll(type);
        if (named instanceof GraphQLScalarType scalar) {
            return new Shape.Leaf(scalar.getCoercing()::serialize);
        }
        if (named instanceof GraphQLEnumType constants) {
            return new Shape.Leaf(constants::serialize);
        }
        if (named instanceof GraphQLObjectType object) {
            return object(field, object);
        }
        GraphQLNamedOutputType abstractType = (GraphQLNamedOutputType) named;
        Map<String, Shape.ObjectShape> byType = new HashMap<>();
        for (GraphQLObjectType possible : possibleTypes(abstractType)) {
            byType.put(possible.getName(), object(field, possible));
        }
        return new Shape.OneOf(
                abstractType,
                abstractType instanceof GraphQLInterfaceType type1
                        ? schema.getCodeRegistry().getTypeResolver(type1)
                        : schema.getCodeRegistry().getTypeResolver((GraphQLUnionType) abstractType),
                field,
                byType);
    }

    private List<GraphQLObjectType> possibleTypes(GraphQLNamedOutputType type) {
        return type instanceof GraphQLInterfaceType shared
                ? schema.getImplementations(shared)
                : ((GraphQLUnionType) type)
                        .getTypes().stream().map(GraphQLObjectType.class::cast).toList();
    }

    private Shape.ObjectShape object(MergedField field, GraphQLObjectType type) {
        Map<String, MergedField> selected = COLLECTOR
                .collectFields(
                        FieldCollectorParameters.newParameters()
                                .schema(schema)
                                .objectType(type)
                                .fragments(fragments)
                                .variables(variables)
                                .graphQLContext(GraphQLContext.getDefault())
                                .build(),
                        field)
                .getSubFields();
        List<Member> found = new ArrayList<>(selected.size());
        selected.values().forEach(member -> found.add(member(member, type)));
        return new Shape.ObjectShape(List.copyOf(found));
    }

    private Member member(MergedField field, GraphQLObjectType parent) {
        size++;
        if (field.getName().equals("__typename")) {
            return new Member(-1, name(field), field, null, null, new Shape.TypeName(parent.getName()), false);
        }
        GraphQLFieldDefinition definition = parent.getFieldDefinition(field.getName());
        DataFetcher<?> fetcher = schema.getCodeRegistry().getDataFetcher(parent, definition);
        Shape shape = shape(definition.getType(), leaf(field, definition.getType()));
        boolean isGathered = fetcher instanceof Loaded || shape.isLoading();
        int number = isGathered || fetcher instanceof Computed ? members++ : -1;
        return new Member(number, name(field), field, definition, requireKnown(fetcher, field), shape, isGathered);
    }

    private static DataFetcher<?> requireKnown(@Nullable DataFetcher<?> fetcher, MergedField field) {
        if (fetcher instanceof LightDataFetcher || fetcher instanceof Loaded || fetcher instanceof Computed) {
            return fetcher;
        }
        throw new IllegalStateException("Cannot be rendered: " + field.getName());
    }

    private static Shape shape(GraphQLType type, Shape leaf) {
        if (type instanceof GraphQLNonNull present) {
            return new Shape.Present(nullable(present.getWrappedType(), leaf));
        }
        Shape shape = nullable(type, leaf);
        return shape.mayFail() ? new Shape.Isolated(shape) : shape;
    }

    /** The shape of a value without regard to whether it may be null. */
    private static Shape nullable(GraphQLType type, Shape leaf) {
        return type instanceof GraphQLList list ? new Shape.Elements(shape(list.getWrappedType(), leaf)) : leaf;
    }
}
