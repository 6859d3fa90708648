package dev.runlog.gateway.graphql.render;

import com.github.benmanes.caffeine.cache.Cache;
import dev.runlog.gateway.memory.Caches;
import graphql.execution.ExecutionContext;
import graphql.execution.MergedField;
import graphql.language.Argument;
import graphql.language.Directive;
import graphql.language.Document;
import graphql.language.FragmentDefinition;
import graphql.language.Node;
import graphql.language.NodeTraverser;
import graphql.language.NodeVisitorStub;
import graphql.language.VariableReference;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLType;
import graphql.util.TraversalControl;
import graphql.util.TraverserContext;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The plans of cached queries. Thread-safe. */
public final class Plans {
    /** Each Boolean variable in a directive doubles the number of variants. */
    private static final int VARIANTS_MAX = 16;

    /**
     * Members of the kept plans of a query, and of all. A member takes about 400 bytes, and a short query with nested
     * fragments can have 20,000 of them. Plans beyond these limits are compiled again for each request.
     */
    private static final int MEMBERS_OF_QUERY_MAX = 2_000;

    private static final int MEMBERS_MAX = 40_000;

    /** By the parsed query: weak keys are compared by identity, and are removed with the query. */
    private final Cache<Document, Query> queries = Caches.builder().weakKeys().build();

    private final AtomicInteger members = new AtomicInteger();

    /** The schema and the variables on which the selected fields depend. */
    private record Variant(
            GraphQLSchema schema, @Nullable String operation, Map<String, @Nullable Object> conditions) {}

    /**
     * A parsed query.
     *
     * @param conditions names of the variables in its directives
     * @param uses number of uses of each variable
     * @param variants plans by variant and response key of the root field
     * @param members number of their members, and of those that were not kept
     */
    private record Query(
            Set<String> conditions,
            Map<String, Integer> uses,
            Map<Variant, Map<String, Plan>> variants,
            AtomicInteger members) {
        static Query of(Document document) {
            Set<String> conditions = new HashSet<>();
            Map<String, Integer> uses = new HashMap<>();
            new NodeTraverser()
                    .preOrder(
                            new NodeVisitorStub() {
                                @Override
                                public TraversalControl visitVariableReference(
                                        VariableReference variable,
                                        @SuppressWarnings("rawtypes") TraverserContext<Node> context) {
                                    uses.merge(variable.getName(), 1, Integer::sum);
                                    return TraversalControl.CONTINUE;
                                }

                                @Override
                                public TraversalControl visitDirective(
                                        Directive directive,
                                        @SuppressWarnings("rawtypes") TraverserContext<Node> context) {
                                    for (Argument argument : directive.getArguments()) {
                                        if (argument.getValue() instanceof VariableReference variable) {
                                            conditions.add(variable.getName());
                                        }
                                    }
                                    return TraversalControl.CONTINUE;
                                }
                            },
                            document);
            return new Query(Set.copyOf(conditions), Map.copyOf(uses), new ConcurrentHashMap<>(), new AtomicInteger());
        }

        Map<String, Plan> plans(Variant variant) {
            Map<String, Plan> plans = variants.get(variant);
            if (plans == null) {
                if (variants.size() >= VARIANTS_MAX) {
                    variants.clear();
                    members.set(0);
                }
                plans = variants.computeIfAbsent(variant, none -> new ConcurrentHashMap<>());
            }
            return plans;
        }
    }

    /** The fields that are selected below a root field. */
    public SelectedFields selected(DataFetchingEnvironment env) {
        return plan(
                        env.getGraphQLSchema(),
                        env.getDocument(),
                        env.getOperationDefinition().getName(),
                        env.getFragmentsByName(),
                        env.getVariables(),
                        env.getMergedField(),
                        env.getFieldType())
                .root()
                .selected();
    }

    /** A renderer for the events of a subscription's field. */
    public EventRenderer events(ExecutionContext context, MergedField field) {
        GraphQLType type = context.getGraphQLSchema()
                .getSubscriptionType()
                .getFieldDefinition(field.getName())
                .getType();
        return new EventRenderer(plan(context, field, type), context);
    }

    /** The plan of a root field. */
    Plan plan(ExecutionContext context, MergedField field, GraphQLType type) {
        return plan(
                context.getGraphQLSchema(),
                context.getDocument(),
                context.getOperationDefinition().getName(),
                context.getFragmentsByName(),
                context.getCoercedVariables().toMap(),
                field,
                type);
    }

    private Plan plan(
            GraphQLSchema schema,
            Document document,
            @Nullable String operation,
            Map<String, FragmentDefinition> fragments,
            Map<String, Object> variables,
            MergedField field,
            GraphQLType type) {
        Query query = queries.get(document, Query::of);
        Map<String, Plan> plans = query.plans(new Variant(schema, operation, conditions(query, variables)));
        Plan known = plans.get(field.getResultKey());
        if (known != null) {
            return known;
        }
        Plan plan = new Compiler(schema, fragments, variables).compile(field, type);
        if (query.members().addAndGet(plan.size()) <= MEMBERS_OF_QUERY_MAX) {
            plans.put(field.getResultKey(), plan);
            if (members.addAndGet(plan.size()) > MEMBERS_MAX) {
                members.set(0);
                queries.invalidateAll();
            }
        }
        return plan;
    }

    private static Map<String, @Nullable Object> conditions(Query query, Map<String, Object> variables) {
        if (query.conditions().isEmpty()) {
            return Map.of();
        }
        Map<String, @Nullable Object> values = new HashMap<>();
        query.conditions().forEach(name -> values.put(name, variables.get(name)));
        return values;
    }

    /** Whether a query uses a variable once. */
    public boolean isUsedOnce(Document document, String variable) {
        return queries.get(document, Query::of).uses().getOrDefault(variable, 0) == 1;
    }
}
