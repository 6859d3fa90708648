package dev.runlog.gateway.graphql;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.CountWorkflows;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.FindWorkflowByKey;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.ListExecutionsOf.Parent;
import dev.runlog.contract.querying.ListWorkflows;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Finished;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Started;
import dev.runlog.contract.recording.RecordingEvent.StepEvent;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.UpsertWorkflow;
import dev.runlog.contract.retention.CancelCleanup;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.DeleteRetentionPolicy;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.ListRetentionPolicies;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.LoadRetentionPolicies;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.live.LiveEvent;
import dev.runlog.gateway.live.LiveFeed;
import graphql.TypeResolutionEnvironment;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.LightDataFetcher;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.TypeRuntimeWiring;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who answers which field. A resolver reads its arguments, sends one request and shows the reply; rules and rights are
 * the business of whoever answers the request.
 */
final class Resolvers {
    private static final int BIGGEST_WORKFLOWS = 10;

    private final Bus bus;
    private final GatewayConfig.Graphql config;
    private final LiveFeed feed;

    Resolvers(Bus bus, GatewayConfig.Graphql config, LiveFeed feed) {
        this.bus = bus;
        this.config = config;
        this.feed = feed;
    }

    RuntimeWiring wiring() {
        return RuntimeWiring.newRuntimeWiring()
                .scalar(Scalars.DATE_TIME)
                .scalar(Scalars.DURATION)
                .scalar(Scalars.JSON)
                .type("Query", this::queries)
                .type("Mutation", this::mutations)
                .type("Subscription", this::subscriptions)
                .type("ExecutionEvent", type -> type.dataFetcher("kind", of(LiveEvent.class, LiveEvent::kind))
                        .dataFetcher("cursor", of(LiveEvent.class, LiveEvent::cursor))
                        .dataFetcher("execution", of(LiveEvent.class, LiveEvent::execution)))
                .type("Node", type -> type.typeResolver(Resolvers::nodeType))
                .type("Viewer", type -> type.dataFetcher("subject", of(Viewer.class, Viewer::subject))
                        .dataFetcher("scopes", of(Viewer.class, viewer -> viewer.scopes().stream()
                                .map(Scope::word)
                                .sorted()
                                .toList())))
                .type("Workflow", type -> type.dataFetcher("executions", this::executionsOfWorkflow))
                .type("Execution", this::executionFields)
                .type("ExecutionError", this::errorFields)
                .type("Step", this::stepFields)
                .type("Cleanup", Resolvers::cleanupFields)
                .type("CleanupPreview", type -> type.dataFetcher(
                                "executions", of(CleanupPreview.class, CleanupPreview::executions))
                        .dataFetcher(
                                "partitions",
                                env -> ofOperators(env, CleanupPreview.class, CleanupPreview::partitions)))
                .type("RetentionPolicy", this::policyFields)
                .type("IntervalStatistics", Resolvers::intervalFields)
                .type("WorkflowConnection", Resolvers::connectionFields)
                .type("ExecutionConnection", Resolvers::connectionFields)
                .type("StepConnection", Resolvers::connectionFields)
                .type("CleanupConnection", Resolvers::connectionFields)
                .type("RetentionPolicyConnection", Resolvers::connectionFields)
                .type("WorkflowEdge", Resolvers::edgeFields)
                .type("ExecutionEdge", Resolvers::edgeFields)
                .type("StepEdge", Resolvers::edgeFields)
                .type("CleanupEdge", Resolvers::edgeFields)
                .type("RetentionPolicyEdge", Resolvers::edgeFields)
                .type("PageInfo", Resolvers::pageInfoFields)
                .build();
    }

    private TypeRuntimeWiring.Builder queries(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("viewer", Resolvers::viewer)
                .dataFetcher(
                        "node", async(env -> nodes(env, List.of(arguments(env).id("id")))
                                .map(found -> found.get(0))))
                .dataFetcher("nodes", async(this::nodes))
                .dataFetcher("workflow", async(env -> bus.request(new LoadWorkflows(
                                reader(env), List.of(arguments(env).id("id"))))
                        .map(loaded -> loaded.workflows().stream().findFirst().orElse(null))))
                .dataFetcher("workflowByKey", async(env -> bus.request(new FindWorkflowByKey(
                                viewer(env), arguments(env).string("key")))
                        .map(FindWorkflowByKey.Found::workflow)))
                .dataFetcher("workflows", async(this::workflows))
                .dataFetcher("execution", async(env -> requests(env)
                        .request(new LoadExecutions(
                                reader(env), List.of(arguments(env).id("id"))))
                        .map(loaded -> loaded.executions().stream().findFirst().orElse(null))))
                .dataFetcher("executions", async(this::executions))
                .dataFetcher("statistics", async(this::statistics))
                .dataFetcher("cleanup", async(env -> bus.request(new LoadCleanups(
                                viewer(env), List.of(arguments(env).id("id"))))
                        .map(loaded -> loaded.cleanups().stream().findFirst().orElse(null))))
                .dataFetcher("cleanups", async(this::cleanups))
                .dataFetcher("retentionPolicies", async(this::retentionPolicies));
    }

    private Future<List<@Nullable Object>> nodes(DataFetchingEnvironment env) {
        List<UUID> ids = arguments(env).ids("ids");
        if (ids.size() > config.pageSizeMax()) {
            throw RunlogException.badInput("'ids' may hold " + config.pageSizeMax() + " ids, not " + ids.size() + ".");
        }
        return nodes(env, ids);
    }

    /** Executions first, as most ids are theirs; then whatever else may have the ids that are left. */
    private Future<List<@Nullable Object>> nodes(DataFetchingEnvironment env, List<UUID> ids) {
        Viewer viewer = reader(env);
        List<Object> found = new ArrayList<>();
        return requests(env)
                .request(new LoadExecutions(viewer, ids))
                .compose(loaded -> {
                    found.addAll(loaded.executions());
                    return found.size() == ids.size()
                            ? Future.succeededFuture()
                            : bus.request(new LoadWorkflows(viewer, ids))
                                    .onSuccess(more -> found.addAll(more.workflows()));
                })
                .compose(done -> found.size() == ids.size() || !(viewer.may(Scope.CLEANUP) || viewer.may(Scope.OPS))
                        ? Future.succeededFuture()
                        : Future.all(
                                bus.request(new LoadCleanups(viewer, ids))
                                        .onSuccess(more -> found.addAll(more.cleanups())),
                                bus.request(new LoadRetentionPolicies(viewer, ids))
                                        .onSuccess(more -> found.addAll(more.policies()))))
                .map(done -> Loaders.inOrder(ids, found, Resolvers::idOf));
    }

    private static UUID idOf(Object node) {
        return node instanceof Execution execution
                ? execution.id()
                : node instanceof Workflow workflow
                        ? workflow.id()
                        : node instanceof Cleanup cleanup ? cleanup.id() : ((RetentionPolicy) node).id();
    }

    private static GraphQLObjectType nodeType(TypeResolutionEnvironment env) {
        return env.getSchema().getObjectType(env.getObject().getClass().getSimpleName());
    }

    private Future<Connection<Workflow>> workflows(DataFetchingEnvironment env) {
        Viewer viewer = viewer(env);
        String search = arguments(env).searchOrNull("search");
        PageRequest page = arguments(env).page(Cursor.Order.WORKFLOW, config);
        return bus.request(new ListWorkflows(viewer, search, page))
                .map(listed -> new Connection<>(
                        listed.workflows(),
                        listed.ends(),
                        workflow -> Cursor.of(Cursor.Order.WORKFLOW, workflow.id()),
                        () -> bus.request(new CountWorkflows(viewer, search)).map(CountExecutions.Counted::count)));
    }

    private Future<Connection<Execution>> executions(DataFetchingEnvironment env) {
        Viewer viewer = viewer(env);
        ExecutionQuery query = arguments(env).executionQuery();
        PageRequest page = arguments(env).page(query.order().cursorOrder(), config);
        return requests(env)
                .request(new ListExecutions(
                        viewer, query, page, ListSelection.columns(env), ListSelection.asksForCount(env)))
                .map(listed -> new Connection<>(
                        listed.executions(),
                        listed.ends(),
                        query::cursorOf,
                        () -> listed.count() == null
                                ? bus.request(new CountExecutions(viewer, query))
                                        .map(CountExecutions.Counted::count)
                                : Future.succeededFuture(listed.count())));
    }

    private Future<Statistics> statistics(DataFetchingEnvironment env) {
        Arguments arguments = arguments(env);
        String interval = arguments.stringOrNull("interval");
        return bus.request(new GetStatistics(
                viewer(env),
                arguments.idOrNull("workflowId"),
                arguments.instantOrNull("from"),
                arguments.instantOrNull("to"),
                interval == null ? null : GetStatistics.Interval.valueOf(interval),
                env.getSelectionSet().contains("workflows") ? BIGGEST_WORKFLOWS : 0,
                arguments.flag("allOwners")));
    }

    private Future<Connection<Cleanup>> cleanups(DataFetchingEnvironment env) {
        return bus.request(new ListCleanups(viewer(env), arguments(env).page(Cursor.Order.CLEANUP, config)))
                .map(listed -> new Connection<>(
                        listed.cleanups(),
                        listed.ends(),
                        cleanup -> Cursor.of(Cursor.Order.CLEANUP, cleanup.id()),
                        () -> Future.succeededFuture(Count.exactly(listed.total()))));
    }

    private Future<Connection<RetentionPolicy>> retentionPolicies(DataFetchingEnvironment env) {
        return bus.request(new ListRetentionPolicies(viewer(env), arguments(env).page(Cursor.Order.POLICY, config)))
                .map(listed -> new Connection<>(
                        listed.policies(),
                        listed.ends(),
                        policy -> Cursor.of(Cursor.Order.POLICY, policy.id()),
                        () -> Future.succeededFuture(Count.exactly(listed.total()))));
    }

    private CompletionStage<Connection<Execution>> executionsOfWorkflow(DataFetchingEnvironment env) {
        Workflow workflow = (Workflow) source(env);
        requireOwn(env, workflow.owner());
        return executionsOf(env, Parent.WORKFLOW, workflow.id(), arguments(env).executionQuery());
    }

    private CompletionStage<Connection<Execution>> children(DataFetchingEnvironment env) {
        Execution parent = ownExecution(env);
        return executionsOf(env, Parent.EXECUTION, parent.id(), arguments(env).executionQuery());
    }

    private CompletionStage<Connection<Execution>> executionsOf(
            DataFetchingEnvironment env, Parent parent, UUID parentId, ExecutionQuery query) {
        PageRequest page = arguments(env).page(query.order().cursorOrder(), config);
        Loaders loaders = loaders(env);
        return loaders.executions(env, new Loaders.ExecutionsKey(parent, parentId, query, page))
                .thenApply(listed -> new Connection<>(
                        listed.executions(),
                        listed.ends(),
                        query::cursorOf,
                        () -> Future.fromCompletionStage(
                                loaders.count(env, new Loaders.CountKey(parent, parentId, query)))));
    }

    private TypeRuntimeWiring.Builder executionFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("workflow", env -> loaders(env).workflow(env, execution(env)))
                .dataFetcher("parent", env -> {
                    UUID parentId = execution(env).parentId();
                    return parentId == null ? null : loaders(env).execution(env, parentId);
                })
                .dataFetcher("children", this::children)
                .dataFetcher("id", of(Execution.class, Execution::id))
                .dataFetcher("status", of(Execution.class, Execution::status))
                .dataFetcher("startedAt", of(Execution.class, Execution::startedAt))
                .dataFetcher("finishedAt", of(Execution.class, Execution::finishedAt))
                .dataFetcher("duration", of(Execution.class, Execution::duration))
                .dataFetcher("durationMillis", of(Execution.class, execution -> millis(execution.duration())))
                .dataFetcher("payload", json(ExecutionPart.PAYLOAD, ExecutionDetail::payload))
                .dataFetcher("result", json(ExecutionPart.RESULT, ExecutionDetail::result))
                .dataFetcher("error", of(Execution.class, execution -> execution.hasError() ? execution : null))
                .dataFetcher("holdReason", env -> {
                    Execution execution = execution(env);
                    return execution.held() ? loaders(env).holdReason(env, execution.id()) : null;
                })
                .dataFetcher("steps", this::steps);
    }

    private TypeRuntimeWiring.Builder errorFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("message", of(Execution.class, Execution::errorMessage))
                .dataFetcher("type", of(Execution.class, Execution::errorType))
                .dataFetcher("fingerprint", of(Execution.class, Execution::errorFingerprint))
                .dataFetcher("stackTrace", part(ExecutionPart.STACK_TRACE, ExecutionDetail::stackTrace))
                .dataFetcher("details", json(ExecutionPart.ERROR_DETAILS, ExecutionDetail::errorDetails));
    }

    private CompletionStage<Connection<Step>> steps(DataFetchingEnvironment env) {
        PageRequest page = arguments(env).page(Cursor.Order.STEP, config);
        return loaders(env)
                .steps(env, new Loaders.StepsKey(ownExecution(env).id(), page))
                .thenApply(listed -> new Connection<>(
                        listed.steps(),
                        listed.ends(),
                        step -> new Cursor(Cursor.Order.STEP, step.index(), step.executionId()),
                        () -> Future.succeededFuture(Count.exactly(listed.total()))));
    }

    private TypeRuntimeWiring.Builder stepFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("durationMillis", of(Step.class, step -> {
                    Instant startedAt = step.startedAt();
                    Instant finishedAt = step.finishedAt();
                    return startedAt == null || finishedAt == null
                            ? null
                            : millis(Duration.between(startedAt, finishedAt));
                }))
                .dataFetcher("input", of(Step.class, step -> RawJson.of(step.input())))
                .dataFetcher("output", of(Step.class, step -> RawJson.of(step.output())))
                .dataFetcher("error", of(Step.class, step -> RawJson.of(step.error())));
    }

    private static TypeRuntimeWiring.Builder intervalFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher(
                        "averageDurationMillis",
                        of(IntervalStatistics.class, interval -> millis(interval.averageDuration())))
                .dataFetcher("p50DurationMillis", quantile(Quantiles::p50))
                .dataFetcher("p95DurationMillis", quantile(Quantiles::p95))
                .dataFetcher("p99DurationMillis", quantile(Quantiles::p99));
    }

    private static DataFetcher<Object> quantile(Function<Quantiles, Duration> which) {
        return of(
                IntervalStatistics.class,
                interval -> interval.durations() == null ? null : millis(which.apply(interval.durations())));
    }

    private static TypeRuntimeWiring.Builder cleanupFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("before", of(Cleanup.class, cleanup -> cleanup.criteria()
                        .before()))
                .dataFetcher("status", of(Cleanup.class, cleanup -> cleanup.criteria().statuses().stream()
                        .sorted()
                        .toList()))
                .dataFetcher("workflowId", of(Cleanup.class, cleanup -> cleanup.criteria()
                        .workflowId()))
                .dataFetcher(
                        "workflow",
                        env -> target(env, ((Cleanup) source(env)).criteria().workflowId()))
                .dataFetcher(
                        "owner", of(Cleanup.class, cleanup -> cleanup.criteria().owner()))
                .dataFetcher("keepLast", of(Cleanup.class, cleanup -> cleanup.criteria()
                        .keepLast()))
                .dataFetcher("ignorePolicies", of(Cleanup.class, cleanup -> cleanup.criteria()
                        .ignorePolicies()))
                .dataFetcher("partitionsDropped", env -> ofOperators(env, Cleanup.class, Cleanup::partitionsDropped))
                .dataFetcher("duration", of(Cleanup.class, Resolvers::timeTaken));
    }

    /** A figure that depends on the executions of other owners, too. */
    private static <T> @Nullable Integer ofOperators(
            DataFetchingEnvironment env, Class<T> type, Function<T, Integer> figure) {
        return viewer(env).may(Scope.OPS) ? figure.apply(type.cast(source(env))) : null;
    }

    private static @Nullable Duration timeTaken(Cleanup cleanup) {
        return cleanup.startedAt() == null || cleanup.finishedAt() == null
                ? null
                : Duration.between(cleanup.startedAt(), cleanup.finishedAt());
    }

    private TypeRuntimeWiring.Builder policyFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("status", of(RetentionPolicy.class, policy -> policy.statuses().stream()
                        .sorted()
                        .toList()))
                .dataFetcher("workflow", env -> target(env, ((RetentionPolicy) source(env)).workflowId()))
                .dataFetcher("lastCleanup", async(this::lastCleanup));
    }

    private static @Nullable CompletionStage<@Nullable Workflow> target(
            DataFetchingEnvironment env, @Nullable UUID id) {
        return id == null ? null : loaders(env).target(env, id);
    }

    private Future<@Nullable Cleanup> lastCleanup(DataFetchingEnvironment env) {
        UUID id = ((RetentionPolicy) source(env)).lastCleanupId();
        return id == null
                ? Future.succeededFuture()
                : bus.request(new LoadCleanups(viewer(env), List.of(id)))
                        .map(loaded -> loaded.cleanups().stream().findFirst().orElse(null));
    }

    private static TypeRuntimeWiring.Builder connectionFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("edges", ofConnection(Connection::edges))
                .dataFetcher("nodes", ofConnection(Connection::nodes))
                .dataFetcher("pageInfo", ofConnection(Connection::pageInfo))
                .dataFetcher("totalCount", async(env -> connection(env).totalCount()))
                .dataFetcher("countAtLeast", async(env -> connection(env).countAtLeast()));
    }

    private static TypeRuntimeWiring.Builder edgeFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("cursor", of(Connection.Edge.class, Connection.Edge::cursor))
                .dataFetcher("node", of(Connection.Edge.class, Connection.Edge::node));
    }

    private static TypeRuntimeWiring.Builder pageInfoFields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("hasNextPage", of(Connection.PageInfo.class, Connection.PageInfo::hasNextPage))
                .dataFetcher("hasPreviousPage", of(Connection.PageInfo.class, Connection.PageInfo::hasPreviousPage))
                .dataFetcher("startCursor", of(Connection.PageInfo.class, Connection.PageInfo::startCursor))
                .dataFetcher("endCursor", of(Connection.PageInfo.class, Connection.PageInfo::endCursor));
    }

    private TypeRuntimeWiring.Builder mutations(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("upsertWorkflow", changing("workflow", this::upsertWorkflow))
                .dataFetcher("startExecution", changing("execution", this::startExecution))
                .dataFetcher("finishExecution", changing("execution", this::finishExecution))
                .dataFetcher("recordSteps", changing("execution", this::recordSteps))
                .dataFetcher(
                        "heartbeat",
                        changing(
                                "execution",
                                (viewer, input) -> record(viewer, new Heartbeat(input.id("executionId"), null))))
                .dataFetcher("cleanupExecutions", changing("cleanup", this::cleanupExecutions))
                .dataFetcher(
                        "cancelCleanup",
                        changing("cleanup", (viewer, input) -> bus.request(new CancelCleanup(viewer, input.id("id")))))
                .dataFetcher("setRetentionPolicy", changing("retentionPolicy", this::setRetentionPolicy))
                .dataFetcher(
                        "deleteRetentionPolicy",
                        changing(
                                "retentionPolicy",
                                (viewer, input) -> bus.request(new DeleteRetentionPolicy(viewer, input.id("id")))))
                .dataFetcher("holdExecution", changing("execution", (viewer, input) -> hold(viewer, input, true)))
                .dataFetcher("releaseExecution", changing("execution", (viewer, input) -> hold(viewer, input, false)));
    }

    private Future<Workflow> upsertWorkflow(Viewer viewer, Arguments input) {
        return bus.request(new UpsertWorkflow(
                        viewer, input.string("key"), input.stringOrNull("name"), input.stringOrNull("owner")))
                .map(UpsertWorkflow.Saved::workflow);
    }

    private Future<Execution> startExecution(Viewer viewer, Arguments input) {
        return record(
                viewer,
                new Started(
                        input.idOrNull("executionId"),
                        null,
                        input.workflow(),
                        input.instantOrNull("startedAt"),
                        input.recordedText("trigger"),
                        input.integerOrNull("attempt"),
                        input.idOrNull("parentId"),
                        input.labels("labels"),
                        input.jsonOrNull("payload"),
                        input.durationOrNull("heartbeatTimeout")));
    }

    private Future<Execution> finishExecution(Viewer viewer, Arguments input) {
        Arguments error = input.objectOrNull("error");
        return record(
                viewer,
                new Finished(
                        input.id("executionId"),
                        null,
                        input.workflowOrNull(),
                        ExecutionStatus.valueOf(input.string("status")),
                        input.instantOrNull("finishedAt"),
                        input.jsonOrNull("result"),
                        error == null
                                ? null
                                : new ExecutionError(
                                        error.recordedText("message"),
                                        error.recordedText("type"),
                                        error.recordedText("stackTrace"),
                                        error.jsonOrNull("details"))));
    }

    private Future<Execution> recordSteps(Viewer viewer, Arguments input) {
        return record(
                viewer,
                new StepsRecorded(
                        input.id("executionId"),
                        null,
                        input.objects("steps").stream().map(Resolvers::step).toList()));
    }

    private static StepEvent step(Arguments step) {
        return new StepEvent(
                Objects.requireNonNull(step.integerOrNull("index")),
                Objects.requireNonNull(step.recordedText("name")),
                step.recordedText("kind"),
                StepStatus.valueOf(step.string("status")),
                step.instantOrNull("startedAt"),
                step.instantOrNull("finishedAt"),
                step.jsonOrNull("input"),
                step.jsonOrNull("output"),
                step.jsonOrNull("error"));
    }

    private Future<Execution> record(Viewer viewer, RecordingEvent event) {
        return bus.request(new RecordEvents(viewer, List.of(event)))
                .map(outcomes -> outcomes.outcomes().get(0).orThrow());
    }

    private Future<Cleanup> cleanupExecutions(Viewer viewer, Arguments input) {
        return bus.request(new RequestCleanup(
                viewer,
                input.durationOrNull("olderThan"),
                input.instantOrNull("before"),
                input.statusesToDelete("status"),
                input.idOrNull("workflowId"),
                input.integerOrNull("keepLast"),
                input.flag("ignorePolicies"),
                input.stringOrNull("owner"),
                input.flag("allOwners"),
                input.flag("dryRun")));
    }

    private Future<RetentionPolicy> setRetentionPolicy(Viewer viewer, Arguments input) {
        return bus.request(new SetRetentionPolicy(
                viewer,
                input.idOrNull("workflowId"),
                input.stringOrNull("owner"),
                input.flag("allOwners"),
                input.statusesToDelete("status"),
                input.durationOrNull("keepFor"),
                input.integerOrNull("keepLast")));
    }

    private Future<Execution> hold(Viewer viewer, Arguments input, boolean held) {
        return bus.request(new HoldExecution(viewer, input.id("executionId"), held, input.stringOrNull("reason")))
                .map(HoldExecution.Done::execution)
                .map(execution -> execution.owner().equals(viewer.subject()) ? execution : execution.withoutContents());
    }

    private TypeRuntimeWiring.Builder subscriptions(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("runningExecutions", env -> feed.runningExecutions(
                                reader(env),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).stringOrNull("after"))
                        .withCursorVariable(Selections.cursorVariable(env)))
                .dataFetcher("executionChanges", env -> feed.executionChanges(
                                reader(env),
                                arguments(env).idOrNull("workflowId"),
                                arguments(env).statuses("status"),
                                arguments(env).stringOrNull("after"))
                        .withCursorVariable(Selections.cursorVariable(env)))
                .dataFetcher(
                        "executionUpdated",
                        env -> feed.executionUpdated(reader(env), arguments(env).id("id")))
                .dataFetcher(
                        "cleanupProgress",
                        env -> feed.cleanupProgress(viewer(env), arguments(env).id("id")));
    }

    static Viewer viewer(DataFetchingEnvironment env) {
        return env.getGraphQlContext().get(Viewer.class);
    }

    /** The viewer, where the request that is sent carries no viewer to check. */
    private static Viewer reader(DataFetchingEnvironment env) {
        return viewer(env).require(Scope.READ);
    }

    private static Loaders loaders(DataFetchingEnvironment env) {
        Loaders loaders = env.getGraphQlContext().get(Loaders.class);
        return loaders.ofEvent(env.getRoot());
    }

    private static Requests requests(DataFetchingEnvironment env) {
        return loaders(env).requests();
    }

    private static Arguments arguments(DataFetchingEnvironment env) {
        return new Arguments(env.getArguments());
    }

    private static Connection<?> connection(DataFetchingEnvironment env) {
        return (Connection<?>) source(env);
    }

    private static Execution execution(DataFetchingEnvironment env) {
        return (Execution) source(env);
    }

    /** The execution, where it is the viewer's: whoever may hold any of them sees no more of another's than its head. */
    private static Execution ownExecution(DataFetchingEnvironment env) {
        Execution execution = execution(env);
        requireOwn(env, execution.owner());
        return execution;
    }

    private static void requireOwn(DataFetchingEnvironment env, String owner) {
        if (!owner.equals(viewer(env).subject())) {
            throw RunlogException.forbidden("'" + env.getField().getName() + "' is for its owner alone to see.");
        }
    }

    private static Object source(DataFetchingEnvironment env) {
        return Objects.requireNonNull(env.<Object>getSource());
    }

    private static LightDataFetcher<@Nullable Object> ofConnection(Function<Connection<?>, @Nullable Object> property) {
        return of(Object.class, connection -> property.apply((Connection<?>) connection));
    }

    /** A property of its object, for which nothing else needs to be known. */
    private static <S> LightDataFetcher<@Nullable Object> of(Class<S> type, Function<S, @Nullable Object> property) {
        return new LightDataFetcher<>() {
            @Override
            public @Nullable Object get(
                    GraphQLFieldDefinition field, Object source, Supplier<DataFetchingEnvironment> environment) {
                return property.apply(type.cast(source));
            }

            @Override
            public @Nullable Object get(DataFetchingEnvironment environment) {
                return property.apply(type.cast(environment.getSource()));
            }
        };
    }

    private static <T> DataFetcher<CompletionStage<T>> async(Function<DataFetchingEnvironment, Future<T>> resolver) {
        return env -> resolver.apply(env).toCompletionStage();
    }

    /** How a mutation is carried out for a viewer with its input. */
    private interface Change<T> {
        Future<T> apply(Viewer viewer, Arguments input);
    }

    /** A mutation's payload is an object with the thing changed as its one member. */
    private static <T> DataFetcher<CompletionStage<Map<String, T>>> changing(String member, Change<T> change) {
        return env -> change.apply(viewer(env), arguments(env).input())
                .map(changed -> Map.of(member, changed))
                .toCompletionStage();
    }

    private static DataFetcher<CompletionStage<@Nullable RawJson>> json(
            ExecutionPart part, Function<ExecutionDetail, @Nullable String> text) {
        return env -> loaders(env)
                .part(env, ownExecution(env).id(), part)
                .thenApply(detail -> RawJson.of(text.apply(detail)));
    }

    private static DataFetcher<CompletionStage<@Nullable String>> part(
            ExecutionPart part, Function<ExecutionDetail, @Nullable String> text) {
        return env -> loaders(env).part(env, ownExecution(env).id(), part).thenApply(text);
    }

    private static @Nullable Double millis(@Nullable Duration duration) {
        return duration == null ? null : (double) duration.toMillis();
    }
}
