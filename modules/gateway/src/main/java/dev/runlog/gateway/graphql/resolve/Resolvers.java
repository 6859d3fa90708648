package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.property;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.render.Plans;
import dev.runlog.gateway.graphql.schema.Scalars;
import dev.runlog.gateway.live.LiveEvent;
import graphql.TypeResolutionEnvironment;
import graphql.schema.GraphQLObjectType;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.TypeRuntimeWiring;
import java.util.List;

/** Connects the fields of the schema with their resolvers. A field without a resolver is a property of its record. */
public final class Resolvers {
    private static final List<String> NODES = List.of("Workflow", "Execution", "Step", "Cleanup", "RetentionPolicy");

    private Resolvers() {}

    /** The wiring of all types. Resolvers take the bus and the live feed from the context of their operation. */
    public static RuntimeWiring wiring(GatewayConfig.Graphql config, Plans plans) {
        ExecutionFields executions = new ExecutionFields(config);
        RuntimeWiring.Builder wiring = RuntimeWiring.newRuntimeWiring()
                .strictMode(false) // which refuses to replace a scalar
                .scalar(Scalars.INT)
                .strictMode(true)
                .scalar(Scalars.DATE_TIME)
                .scalar(Scalars.DURATION)
                .scalar(Scalars.DATE)
                .scalar(Scalars.LONG)
                .scalar(Scalars.JSON)
                .type("Query", new Queries(config, plans)::fields)
                .type("Mutation", Mutations::fields)
                .type("Subscription", new Subscriptions(config)::fields)
                .type("ExecutionEvent", Resolvers::event)
                .type("Node", type -> type.typeResolver(Resolvers::nodeType))
                .type("Viewer", Resolvers::viewer)
                .type("Workflow", executions::ofWorkflow)
                .type("Execution", executions::ofExecution)
                .type("ExecutionError", ExecutionFields::ofError)
                .type("Step", ExecutionFields::ofStep)
                .type("Cleanup", RetentionFields::ofCleanup)
                .type("CleanupPreview", RetentionFields::ofPreview)
                .type("RetentionPolicy", RetentionFields::ofPolicy)
                .type("Statistics", StatisticsFields::ofStatistics)
                .type("WorkflowStatistics", StatisticsFields::ofWorkflow)
                .type("IntervalStatistics", StatisticsFields::ofInterval)
                .type("PageInfo", ConnectionFields::ofPageInfo);
        wiring.type("WorkflowConnection", ConnectionFields::ofCounted)
                .type("ExecutionConnection", ConnectionFields::ofExecutions)
                .type("StepConnection", ConnectionFields::ofConnection)
                .type("CleanupConnection", ConnectionFields::ofConnection)
                .type("RetentionPolicyConnection", ConnectionFields::ofConnection);
        for (String node : NODES) {
            wiring.type(node + "Edge", ConnectionFields::ofEdge);
        }
        return wiring.build();
    }

    private static TypeRuntimeWiring.Builder event(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("kind", property(LiveEvent.class, LiveEvent::kind))
                .dataFetcher("cursor", property(LiveEvent.class, LiveEvent::cursor))
                .dataFetcher("execution", property(LiveEvent.class, LiveEvent::execution))
                .dataFetcher("entered", property(LiveEvent.class, LiveEvent::entered));
    }

    private static TypeRuntimeWiring.Builder viewer(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("subject", property(Viewer.class, Viewer::subject))
                .dataFetcher("scopes", property(Viewer.class, viewer -> viewer.scopes().stream()
                        .map(Scope::word)
                        .sorted()
                        .toList()));
    }

    private static GraphQLObjectType nodeType(TypeResolutionEnvironment env) {
        return env.getSchema().getObjectType(env.getObject().getClass().getSimpleName());
    }
}
