package dev.runlog.gateway.graphql.render;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.json.EncodedJson;
import graphql.GraphQLError;
import graphql.execution.ExecutionContext;
import graphql.execution.ValuesResolver;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Renders one value of a root field: the values gathered for it, the current position, and its errors. */
final class Rendering {
    /** The error of a value that could not be determined. */
    private record Failed(Throwable failure) {}

    private static final Object NULL = new Object();

    private final Plan plan;
    private final ExecutionContext context;
    private final Requests requests;
    private final Allowance allowance;
    private final Consumer<GraphQLError> errors;
    /** By number of a member; the values by the identity of their objects. */
    private final @Nullable IdentityHashMap<Object, Object>[] gathered;

    private final @Nullable Fetch[] fetches;
    private @Nullable JsonGenerator json;
    /** The members and indices on the way to the current value. */
    private Object[] path = new Object[12];

    private int depth;
    /** Whether the current value has an error already. */
    private boolean failed;
    /** Whether a null was found where none is allowed, so that the value around it has to be null. */
    private boolean isNull;

    /**
     * @param allowance memory of the response
     * @param errors receives the errors, each with its path
     */
    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of maps.
    Rendering(
            Plan plan,
            ExecutionContext context,
            Requests requests,
            Allowance allowance,
            Consumer<GraphQLError> errors) {
        this.plan = plan;
        this.context = context;
        this.requests = requests;
        this.allowance = allowance;
        this.errors = errors;
        this.gathered = new IdentityHashMap[plan.members()];
        this.fetches = new Fetch[plan.members()];
        path[0] = plan.root();
    }

    ExecutionContext context() {
        return context;
    }

    Allowance allowance() {
        return allowance;
    }

    /** Loads everything that the value needs, level by level. */
    Future<Void> gather(Object value) {
        Gathering first = new Gathering(this);
        plan.root().shape().gather(value, first);
        return first.load();
    }

    /** Writes a value; null if it has to be null because of a null below. */
    @Nullable
    EncodedJson encode(Object value) {
        return encode(plan.root().shape(), value);
    }

    /** Writes a value apart from what surrounds it. */
    @Nullable
    EncodedJson encode(Shape shape, Object value) {
        JsonGenerator outer = json;
        boolean outerIsNull = isNull;
        isNull = false;
        EncodedJson encoded = EncodedJson.of(
                inner -> {
                    json = inner;
                    shape.write(value, this);
                },
                allowance);
        boolean wasNull = isNull;
        isNull = outerIsNull;
        json = outer;
        return wasNull ? null : encoded;
    }

    JsonGenerator json() {
        return Objects.requireNonNull(json);
    }

    void enter() {
        depth++;
        if (depth == path.length) {
            path = Arrays.copyOf(path, 2 * depth);
        }
    }

    void at(Object memberOrIndex) {
        path[depth] = memberOrIndex;
        failed = false;
    }

    void leave() {
        depth--;
    }

    /** Reports that the current value could not be determined; it becomes null. */
    void fail(Throwable failure) {
        List<Object> names = new ArrayList<>(depth + 1);
        Member last = plan.root();
        for (int i = 0; i <= depth; i++) {
            if (path[i] instanceof Member member) {
                last = member;
                names.add(member.key().getValue());
            } else {
                names.add(path[i]);
            }
        }
        errors.accept(GraphqlErrors.of(failure, last.location(), names));
        failed = true;
    }

    /** Reports that the current value is null, which is not allowed. */
    void failNull() {
        if (!failed) {
            fail(new IllegalStateException("Null where the schema allows none."));
        }
        isNull = true;
    }

    /** What the property of a field may use. */
    Fetch fetch(Member member) {
        Fetch fetch = fetches[member.number()];
        if (fetch == null) {
            Viewer viewer = context.getGraphQLContext().get(Viewer.class);
            fetch = new Fetch(member.fieldName(), viewer, requests, arguments(member), member.selected());
            fetches[member.number()] = fetch;
        }
        return fetch;
    }

    private Map<String, @Nullable Object> arguments(Member member) {
        return ValuesResolver.getArgumentValues(
                context.getGraphQLSchema().getCodeRegistry(),
                Objects.requireNonNull(member.definition()).getArguments(),
                member.field().getSingleField().getArguments(),
                context.getCoercedVariables(),
                context.getGraphQLContext(),
                Locale.ROOT);
    }

    boolean isGathered(Member member, Object source) {
        IdentityHashMap<Object, Object> values = gathered[member.number()];
        return values != null && values.containsKey(source);
    }

    void setGathered(Member member, Object source, @Nullable Object value) {
        IdentityHashMap<Object, Object> values = gathered[member.number()];
        if (values == null) {
            values = new IdentityHashMap<>();
            gathered[member.number()] = values;
        }
        values.put(source, value == null ? NULL : value);
    }

    void setFailed(Member member, Object source, Throwable failure) {
        setGathered(member, source, new Failed(GraphqlErrors.toRunlogException(member.fieldName(), failure)));
    }

    /** The value of a gathered member; throws what prevented it. */
    @Nullable
    Object gathered(Member member, Object source) throws Exception {
        IdentityHashMap<Object, Object> values = gathered[member.number()];
        Object value = values == null ? null : values.get(source);
        if (value == null) {
            throw new IllegalStateException("Not gathered.");
        }
        if (value instanceof Failed failed) {
            throw (Exception) failed.failure();
        }
        return value == NULL ? null : value;
    }
}
