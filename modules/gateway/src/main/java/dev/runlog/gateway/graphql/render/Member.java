package dev.runlog.gateway.graphql.render;

import com.fasterxml.jackson.core.io.SerializedString;
import graphql.execution.MergedField;
import graphql.language.SourceLocation;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.LightDataFetcher;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One member of an object: a field under its response key.
 *
 * @param number number among the members of its plan that have values or arguments of their own; -1 for all others
 * @param definition definition of the field; null for {@code __typename} and the root
 * @param fetcher null if the value is the object itself
 * @param isGathered whether its values are determined before anything is written
 */
record Member(
        int number,
        SerializedString key,
        MergedField field,
        @Nullable GraphQLFieldDefinition definition,
        @Nullable DataFetcher<?> fetcher,
        Shape shape,
        boolean isGathered) {
    String fieldName() {
        return field.getName();
    }

    SourceLocation location() {
        return field.getSingleField().getSourceLocation();
    }

    SelectedFields selected() {
        return shape.selected();
    }

    /** Writes the member's value; a failure becomes null and an error. */
    void write(Object source, Rendering rendering) throws IOException {
        Object value = null;
        try {
            value = isGathered ? rendering.gathered(this, source) : value(source, rendering);
        } catch (Exception failure) {
            rendering.fail(failure);
        }
        shape.write(value, rendering);
    }

    /** The value of a property that is not loaded. */
    @Nullable
    Object value(Object source, Rendering rendering) throws Exception {
        if (fetcher instanceof LightDataFetcher<?> property) {
            return property.get(definition, source, Member::noEnvironment);
        }
        return fetcher instanceof Computed<?> property ? property.value(source, rendering.fetch(this)) : source;
    }

    private static DataFetchingEnvironment noEnvironment() {
        throw new UnsupportedOperationException("A property needs nothing but its object.");
    }
}
