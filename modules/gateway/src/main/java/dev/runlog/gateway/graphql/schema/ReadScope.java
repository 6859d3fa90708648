package dev.runlog.gateway.graphql.schema;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.gateway.graphql.render.Computed;
import graphql.schema.DataFetcher;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import java.util.Map;
import java.util.Set;

/**
 * The fields that are open to a viewer without the scope {@code executions:read}. All others fail with {@code
 * FORBIDDEN} for such a viewer, whether reached through the payload of a mutation, a subscription or another object. So
 * a new field is closed until it is listed here.
 *
 * <p>Such viewers get a schema of their own, in which closed fields fail. It costs viewers with the scope nothing.
 */
public final class ReadScope {
    /** Results of writing, and fields with scopes of their own: cleanups, policies and statistics over all owners. */
    static final Map<String, Set<String>> OPEN = Map.ofEntries(
            open("Query", "viewer cleanup cleanups retentionPolicies statistics"),
            open(
                    "Mutation",
                    "upsertWorkflow queueExecution startExecution finishExecution recordSteps heartbeat cleanupExecutions "
                            + "deleteWorkflow cancelCleanup "
                            + "setRetentionPolicy deleteRetentionPolicy holdExecution releaseExecution"),
            open("Subscription", "cleanupProgress"),
            open("Viewer", "subject scopes"),
            open("Workflow", "id key name owner"),
            open("Execution", "id status"),
            open("UpsertWorkflowPayload", "workflow"),
            open("QueueExecutionPayload", "execution warnings"),
            open("StartExecutionPayload", "execution warnings"),
            open("FinishExecutionPayload", "execution warnings"),
            open("RecordStepsPayload", "execution warnings"),
            open("HeartbeatPayload", "execution warnings"),
            open("HoldExecutionPayload", "execution"),
            open("ReleaseExecutionPayload", "execution"),
            open("CleanupExecutionsPayload", "cleanup"),
            open("DeleteWorkflowPayload", "cleanup"),
            open("CancelCleanupPayload", "cleanup"),
            open("SetRetentionPolicyPayload", "retentionPolicy"),
            open("DeleteRetentionPolicyPayload", "retentionPolicy"),
            open("PageInfo", "hasNextPage hasPreviousPage startCursor endCursor"),
            open(
                    "Cleanup",
                    "id dryRun state before statuses workflowId workflow owner keepLast ignorePolicies deletesWorkflow matched "
                            + "matchedExact deleted bytes partitionsDropped requestedBy policyId createdAt startedAt finishedAt duration "
                            + "preview spared failure"),
            open("CleanupConnection", "edges nodes pageInfo totalCount"),
            open("CleanupEdge", "cursor node"),
            open(
                    "CleanupPreview",
                    "executions exact byStatus workflows oldestStartedAt newestStartedAt steps bytes sizesExact "
                            + "partitions spared"),
            open("WorkflowMatches", "workflow executions"),
            open("SparedExecutions", "running held keptByPolicy keptLast children"),
            open(
                    "RetentionPolicy",
                    "id workflowId workflow owner statuses keepFor keepLast fromConfiguration createdAt lastRunAt lastCleanup "
                            + "overdue overdueSince"),
            open("RetentionPolicyConnection", "edges nodes pageInfo totalCount"),
            open("RetentionPolicyEdge", "cursor node"),
            open(
                    "Statistics",
                    "stored recorded ages oldestDay bytesOnDisk recordedPerDay bytesPerDay byWorkflow intervals"),
            open("StatusCounts", "total queued running success failed cancelled crashed"),
            open("AgeCounts", "today previous6Days previous23Days older"),
            open("WorkflowStatistics", "workflow stored recorded successRate averageDurationMillis"),
            open(
                    "IntervalStatistics",
                    "from to recorded isComplete successRate averageDurationMillis p50DurationMillis p95DurationMillis "
                            + "p99DurationMillis"));

    static final DataFetcher<Object> ROOT_REFUSAL = env -> {
        throw refusal(env.getField().getName());
    };
    static final DataFetcher<?> REFUSAL = new Computed<>(Object.class, (source, fetch) -> {
        throw refusal(fetch.field());
    });

    private ReadScope() {}

    /** Returns the schema for viewers without the scope. */
    public static GraphQLSchema without(GraphQLSchema schema) {
        GraphQLCodeRegistry fetchers = schema.getCodeRegistry().transform(registry -> {
            for (GraphQLObjectType type : schema.getAllTypesAsList().stream()
                    .filter(GraphQLObjectType.class::isInstance)
                    .map(GraphQLObjectType.class::cast)
                    .toList()) {
                for (GraphQLFieldDefinition field : type.getFieldDefinitions()) {
                    if (!isOpen(type, field)) {
                        registry.dataFetcher(
                                FieldCoordinates.coordinates(type, field),
                                isRoot(schema, type) ? ROOT_REFUSAL : REFUSAL);
                    }
                }
            }
        });
        return schema.transformWithoutTypes(copy -> copy.codeRegistry(fetchers));
    }

    private static RunlogException refusal(String field) {
        return RunlogException.forbidden("`" + field + "` requires the scope `" + Scope.READ.word() + "`.");
    }

    @SuppressWarnings("ReferenceEquality") // A type of a schema is one object.
    private static boolean isRoot(GraphQLSchema schema, GraphQLObjectType type) {
        return type == schema.getQueryType()
                || type == schema.getMutationType()
                || type == schema.getSubscriptionType();
    }

    /** Whether a field is open; introspection always is. */
    static boolean isOpen(GraphQLObjectType type, GraphQLFieldDefinition field) {
        return type.getName().startsWith("__")
                || OPEN.getOrDefault(type.getName(), Set.of()).contains(field.getName());
    }

    private static Map.Entry<String, Set<String>> open(String type, String fields) {
        return Map.entry(type, Set.of(fields.split(" ")));
    }
}
