package dev.runlog.gateway.graphql.render;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.gateway.json.EncodedJson;
import dev.runlog.gateway.json.JsonWriter;
import graphql.GraphQLContext;
import graphql.execution.MergedField;
import graphql.execution.TypeResolutionParameters;
import graphql.schema.GraphQLNamedOutputType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.LightDataFetcher;
import graphql.schema.TypeResolver;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads and writes the values of one type, with the members that a query selects. */
interface Shape {
    /** Writes a value; returns whether it is not null. */
    boolean write(@Nullable Object value, Rendering rendering) throws IOException;

    /** Adds what has to be loaded below a value to a level. */
    default void gather(Object value, Gathering level) {}

    /** Whether something below may have to be loaded. */
    default boolean isLoading() {
        return false;
    }

    /** Whether it may turn out while writing that a value has to be replaced by null. */
    default boolean mayFail() {
        return false;
    }

    /** The fields that are selected in the object, or in the objects of a list. */
    default SelectedFields selected() {
        return SelectedFields.NONE;
    }

    /** An object of a known type. */
    record ObjectShape(List<Member> members, boolean isLoading, boolean mayFail) implements Shape {
        ObjectShape(List<Member> members) {
            this(
                    members,
                    members.stream().anyMatch(Member::isGathered),
                    members.stream()
                            .anyMatch(member -> member.shape() instanceof Present
                                    && (!(member.fetcher() instanceof LightDataFetcher)
                                            || member.shape().mayFail())));
        }

        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            JsonGenerator json = rendering.json();
            if (value == null) {
                json.writeNull();
                return false;
            }
            json.writeStartObject();
            rendering.enter();
            for (Member member : members) {
                json.writeFieldName(member.key());
                rendering.at(member);
                member.write(value, rendering);
            }
            rendering.leave();
            json.writeEndObject();
            return true;
        }

        @Override
        public void gather(Object value, Gathering level) {
            if (isLoading) {
                for (Member member : members) {
                    if (member.isGathered()) {
                        level.gather(member, value);
                    }
                }
            }
        }

        @Override
        public SelectedFields selected() {
            return new SelectedFields(members);
        }
    }

    /** An object of an interface or union. */
    record OneOf(GraphQLNamedOutputType type, TypeResolver resolver, MergedField field, Map<String, ObjectShape> byType)
            implements Shape {
        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            ObjectShape shape = null;
            try {
                shape = value == null ? null : shape(value, rendering);
            } catch (RuntimeException failure) {
                rendering.fail(failure);
            }
            if (shape == null) {
                rendering.json().writeNull();
                return false;
            }
            return shape.write(value, rendering);
        }

        private ObjectShape shape(Object value, Rendering rendering) {
            GraphQLObjectType resolved = resolver.getType(TypeResolutionParameters.newParameters()
                    .field(field)
                    .fieldType(type)
                    .value(value)
                    .argumentValues(Map::of)
                    .schema(rendering.context().getGraphQLSchema())
                    .graphQLContext(rendering.context().getGraphQLContext())
                    .build());
            return Objects.requireNonNull(byType.get(resolved.getName()));
        }

        @Override
        public void gather(Object value, Gathering level) {
            if (isLoading()) {
                try {
                    shape(value, level.rendering()).gather(value, level);
                } catch (RuntimeException failure) {
                    // Reported when the value is written.
                }
            }
        }

        @Override
        public boolean isLoading() {
            return byType.values().stream().anyMatch(ObjectShape::isLoading);
        }

        @Override
        public boolean mayFail() {
            return byType.values().stream().anyMatch(ObjectShape::mayFail);
        }
    }

    /** The name of the object's type. */
    record TypeName(String name) implements Shape {
        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            rendering.json().writeString(name);
            return true;
        }
    }

    /** A scalar, or a value of an enum. */
    record Leaf(Serializer serializer) implements Shape {
        /** Turns a value into what its type writes as JSON. */
        interface Serializer {
            Object serialize(Object value, GraphQLContext context, Locale locale);
        }

        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            Object serialized = null;
            try {
                serialized = value == null
                        ? null
                        : serializer.serialize(value, rendering.context().getGraphQLContext(), Locale.ROOT);
            } catch (RuntimeException unlikeItsType) {
                rendering.fail(unlikeItsType);
            }
            JsonWriter.write(rendering.json(), serialized);
            return serialized != null;
        }
    }

    /** A shape around another one. */
    sealed interface Wrapper extends Shape {
        Shape shape();

        @Override
        default void gather(Object value, Gathering level) {
            shape().gather(value, level);
        }

        @Override
        default boolean isLoading() {
            return shape().isLoading();
        }

        @Override
        default SelectedFields selected() {
            return shape().selected();
        }
    }

    /** A value that is not null. */
    record Present(Shape shape) implements Wrapper {
        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            if (!shape.write(value, rendering)) {
                rendering.failNull();
                return false;
            }
            return true;
        }

        @Override
        public boolean mayFail() {
            return shape.mayFail();
        }
    }

    /** A list. */
    record Elements(Shape shape) implements Wrapper {
        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            JsonGenerator json = rendering.json();
            if (!(value instanceof Iterable<?> elements)) {
                if (value != null) {
                    rendering.fail(new IllegalStateException("Not a list: " + value.getClass()));
                }
                json.writeNull();
                return false;
            }
            json.writeStartArray();
            rendering.enter();
            int index = 0;
            for (Object element : elements) {
                rendering.at(index++);
                shape.write(element, rendering);
            }
            rendering.leave();
            json.writeEndArray();
            return true;
        }

        @Override
        public void gather(Object value, Gathering level) {
            if (shape.isLoading() && value instanceof Iterable<?> elements) {
                for (Object element : elements) {
                    if (element != null) {
                        shape.gather(element, level);
                    }
                }
            }
        }

        @Override
        public boolean mayFail() {
            return shape instanceof Present && shape.mayFail();
        }
    }

    /** A nullable value that may turn out to be null after its first bytes, which are kept apart until then. */
    record Isolated(Shape shape) implements Wrapper {
        @Override
        public boolean write(@Nullable Object value, Rendering rendering) throws IOException {
            EncodedJson encoded = value == null ? null : rendering.encode(shape, value);
            JsonWriter.write(rendering.json(), encoded);
            return encoded != null;
        }
    }
}
