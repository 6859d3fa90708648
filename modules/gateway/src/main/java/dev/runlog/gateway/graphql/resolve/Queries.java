package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.async;
import static dev.runlog.gateway.graphql.resolve.Fields.bus;
import static dev.runlog.gateway.graphql.resolve.Fields.reader;
import static dev.runlog.gateway.graphql.resolve.Fields.requests;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.FindExecution;
import dev.runlog.contract.querying.FindWorkflowByKey;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.ListOutlines;
import dev.runlog.contract.querying.ListWorkflows;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadSteps;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.ListRetentionPolicies;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.LoadRetentionPolicies;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.render.Plans;
import dev.runlog.gateway.graphql.render.SelectedFields;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The fields of {@code Query}. */
final class Queries {
    private static final Set<String> COUNTS = Set.of("totalCount", "countAtLeast");
    private static final Set<String> CONNECTION_FIELDS = Set.of("edges", "node", "nodes");

    /** Fields of a list and its executions that need no more than {@link ExecutionOutline}. */
    private static final Set<String> OUTLINE_FIELDS = Set.of(
            "__typename",
            "totalCount",
            "countAtLeast",
            "isPartial",
            "searchedUntil",
            "statusCounts",
            "histogram",
            "pageInfo",
            "cursor",
            "id",
            "workflow",
            "status",
            "startedAt",
            "finishedAt",
            "duration",
            "durationMillis",
            "error");

    private final GatewayConfig.Graphql config;
    private final Plans plans;

    Queries(GatewayConfig.Graphql config, Plans plans) {
        this.plans = plans;
        this.config = config;
    }

    TypeRuntimeWiring.Builder fields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("viewer", Fields::viewer)
                .dataFetcher(
                        "node", async(env -> nodes(env, List.of(arguments(env).nodeId("id")))
                                .map(found -> found.get(0))))
                .dataFetcher("nodes", async(this::nodes))
                .dataFetcher("workflow", async(env -> bus(env).request(new LoadWorkflows(
                                reader(env), List.of(arguments(env).id("id"))))
                        .map(loaded -> loaded.workflows().stream().findFirst().orElse(null))))
                .dataFetcher("workflowByKey", async(env -> bus(env).request(new FindWorkflowByKey(
                                viewer(env), arguments(env).string("key")))
                        .map(FindWorkflowByKey.Found::workflow)))
                .dataFetcher("workflows", async(this::workflows))
                .dataFetcher("execution", async(this::execution))
                .dataFetcher("executions", async(this::executions))
                .dataFetcher("statistics", async(this::statistics))
                .dataFetcher("cleanup", async(env -> bus(env).request(new LoadCleanups(
                                viewer(env), List.of(arguments(env).id("id"))))
                        .map(loaded -> loaded.cleanups().stream().findFirst().orElse(null))))
                .dataFetcher("cleanups", async(this::cleanups))
                .dataFetcher("retentionPolicies", async(this::retentionPolicies));
    }

    private Future<List<@Nullable Object>> nodes(DataFetchingEnvironment env) {
        List<Object> ids = arguments(env).nodeIds("ids");
        if (ids.size() > config.pageSizeMax()) {
            throw RunlogException.badInput(
                    "Invalid `ids`: " + ids.size() + " IDs (at most " + config.pageSizeMax() + ").");
        }
        return nodes(env, ids);
    }

    /** The nodes with these UUIDs and IDs of steps. */
    private Future<List<@Nullable Object>> nodes(DataFetchingEnvironment env, List<Object> ids) {
        List<UUID> uuids = instances(ids, UUID.class);
        List<StepId> stepIds = instances(ids, StepId.class);
        Viewer viewer = reader(env);
        List<Object> found = new ArrayList<>();
        Future<?> steps = stepIds.isEmpty()
                ? Future.succeededFuture()
                : requests(env)
                        .request(new LoadSteps(viewer, stepIds))
                        .onSuccess(loaded -> found.addAll(loaded.steps()));
        return steps.compose(done -> uuids.isEmpty() ? Future.succeededFuture(List.of()) : nodes(env, viewer, uuids))
                .map(others -> {
                    found.addAll(others);
                    Map<Object, Object> byId = new HashMap<>();
                    found.forEach(node -> byId.put(idOf(node), node));
                    List<@Nullable Object> ordered = new ArrayList<>(ids.size());
                    ids.forEach(id -> ordered.add(byId.get(id)));
                    return ordered;
                });
    }

    private static <T> List<T> instances(List<Object> ids, Class<T> type) {
        return ids.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Looks for executions first, because most IDs are theirs, then for other nodes. */
    private Future<List<Object>> nodes(DataFetchingEnvironment env, Viewer viewer, List<UUID> ids) {
        List<Object> found = new ArrayList<>();
        return requests(env)
                .request(new LoadExecutions(viewer, ids))
                .compose(loaded -> {
                    found.addAll(loaded.executions());
                    return found.size() == ids.size()
                            ? Future.succeededFuture()
                            : bus(env).request(new LoadWorkflows(viewer, ids))
                                    .onSuccess(more -> found.addAll(more.workflows()));
                })
                .compose(done -> found.size() == ids.size() || !(viewer.may(Scope.CLEANUP) || viewer.may(Scope.OPS))
                        ? Future.succeededFuture()
                        : Future.all(
                                bus(env).request(new LoadCleanups(viewer, ids))
                                        .onSuccess(more -> found.addAll(more.cleanups())),
                                bus(env).request(new LoadRetentionPolicies(viewer, ids))
                                        .onSuccess(more -> found.addAll(more.policies()))))
                .map(done -> found);
    }

    private static Object idOf(Object node) {
        return node instanceof Step step
                ? step.id()
                : node instanceof Execution execution
                        ? execution.id()
                        : node instanceof Workflow workflow
                                ? workflow.id()
                                : node instanceof Cleanup cleanup ? cleanup.id() : ((RetentionPolicy) node).id();
    }

    private Future<Connection<Workflow>> workflows(DataFetchingEnvironment env) {
        Viewer viewer = viewer(env);
        String search = arguments(env).searchOrNull("search");
        PageRequest page = arguments(env).page(Cursor.Order.WORKFLOW, config);
        return bus(env).request(new ListWorkflows(viewer, search, page))
                .map(listed -> Connection.ofWorkflows(listed.workflows(), listed.ends(), search));
    }

    private Future<@Nullable Execution> execution(DataFetchingEnvironment env) {
        Viewer viewer = reader(env);
        Arguments arguments = arguments(env);
        UUID id = arguments.idOrNull("id");
        ExternalId externalId = arguments.externalIdOrNull();
        if ((id == null) == (externalId == null)) {
            throw RunlogException.badInput("Specify an execution by either `id` or `externalId`.");
        }
        return externalId == null
                ? requests(env)
                        .request(new LoadExecutions(
                                viewer,
                                List.of(Objects.requireNonNull(id)),
                                LargeParts.ofExecution(plans.selected(env))))
                        .map(loaded -> loaded.executions().stream().findFirst().orElse(null))
                : requests(env).request(new FindExecution(viewer, externalId)).map(FindExecution.Found::execution);
    }

    private Future<? extends Connection<? extends ListedExecution>> executions(DataFetchingEnvironment env) {
        Viewer viewer = viewer(env);
        ExecutionQuery query = arguments(env).executionQuery(config);
        PageRequest page = arguments(env).page(query.order().cursorOrder(), config);
        SelectedFields selected = plans.selected(env);
        boolean withCount = selected.hasAny(COUNTS);
        return selected.areWithin(OUTLINE_FIELDS, CONNECTION_FIELDS)
                ? requests(env)
                        .request(new ListOutlines(viewer, query, page, withCount))
                        .map(listed -> Connection.ofExecutions(listed, query, new Batches.OfQuery(query)))
                : requests(env)
                        .request(new ListExecutions(viewer, query, page, withCount))
                        .map(listed -> Connection.ofExecutions(listed, query, new Batches.OfQuery(query)));
    }

    private Future<Statistics> statistics(DataFetchingEnvironment env) {
        return bus(env).request(StatisticsFields.request(
                viewer(env), arguments(env), arguments(env).idOrNull("workflowId")));
    }

    private Future<Connection<Cleanup>> cleanups(DataFetchingEnvironment env) {
        return bus(env).request(new ListCleanups(viewer(env), arguments(env).page(Cursor.Order.CLEANUP, config)))
                .map(listed -> Connection.of(
                        listed.cleanups(),
                        listed.ends(),
                        cleanup -> Cursor.of(Cursor.Order.CLEANUP, cleanup.id()),
                        listed.total()));
    }

    private Future<Connection<RetentionPolicy>> retentionPolicies(DataFetchingEnvironment env) {
        return bus(env).request(
                        new ListRetentionPolicies(viewer(env), arguments(env).page(Cursor.Order.POLICY, config)))
                .map(listed -> Connection.of(
                        listed.policies(),
                        listed.ends(),
                        policy -> Cursor.of(Cursor.Order.POLICY, policy.id()),
                        listed.total()));
    }
}
