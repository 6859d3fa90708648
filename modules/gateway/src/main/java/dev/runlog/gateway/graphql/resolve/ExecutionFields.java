package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.async;
import static dev.runlog.gateway.graphql.resolve.Fields.execution;
import static dev.runlog.gateway.graphql.resolve.Fields.listedExecution;
import static dev.runlog.gateway.graphql.resolve.Fields.loaders;
import static dev.runlog.gateway.graphql.resolve.Fields.millis;
import static dev.runlog.gateway.graphql.resolve.Fields.ownExecution;
import static dev.runlog.gateway.graphql.resolve.Fields.property;
import static dev.runlog.gateway.graphql.resolve.Fields.requireOwn;
import static dev.runlog.gateway.graphql.resolve.Fields.source;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.json.RawJson;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of workflows, executions and steps that are not plain properties of their records. */
final class ExecutionFields {
    private static final Integer FIRST_ATTEMPT = 1;
    private static final PageRequest NEWEST = PageRequest.first(1);

    private final GatewayConfig.Graphql config;

    ExecutionFields(GatewayConfig.Graphql config) {
        this.config = config;
    }

    TypeRuntimeWiring.Builder ofWorkflow(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("executions", this::executionsOfWorkflow)
                .dataFetcher("statistics", async(env -> {
                    Workflow workflow = (Workflow) source(env);
                    requireOwn(env, workflow.owner());
                    return Fields.bus(env).request(StatisticsFields.request(env, workflow.id()));
                }));
    }

    TypeRuntimeWiring.Builder ofExecution(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("workflow", env -> loaders(env).workflow(env, listedExecution(env)))
                .dataFetcher("parent", env -> {
                    UUID parentId = execution(env).parentId();
                    return parentId == null ? null : loaders(env).execution(env, parentId);
                })
                .dataFetcher("children", env -> executionsOf(env, Parent.EXECUTION))
                .dataFetcher("retryOf", env -> {
                    UUID retryOf = execution(env).retryOf();
                    return retryOf == null ? null : loaders(env).execution(env, retryOf);
                })
                .dataFetcher("retries", env -> executionsOf(env, Parent.RETRIED))
                .dataFetcher("retriedBy", ExecutionFields::newestRetry)
                .dataFetcher("id", property(ListedExecution.class, ListedExecution::id))
                .dataFetcher("status", property(ListedExecution.class, ListedExecution::status))
                .dataFetcher(
                        "externalId", property(Execution.class, execution -> ofExternalId(execution, ExternalId::id)))
                .dataFetcher(
                        "source", property(Execution.class, execution -> ofExternalId(execution, ExternalId::source)))
                .dataFetcher("queuedDuration", property(Execution.class, Execution::queuedDuration))
                .dataFetcher("startedAt", property(ListedExecution.class, ListedExecution::startedAt))
                .dataFetcher("finishedAt", property(ListedExecution.class, ListedExecution::finishedAt))
                .dataFetcher("duration", property(ListedExecution.class, ListedExecution::duration))
                .dataFetcher(
                        "durationMillis", property(ListedExecution.class, execution -> millis(execution.duration())))
                .dataFetcher("payload", json(ExecutionPart.PAYLOAD, ExecutionDetail::payload))
                .dataFetcher("result", json(ExecutionPart.RESULT, ExecutionDetail::result))
                .dataFetcher(
                        "error", property(ListedExecution.class, execution -> execution.hasError() ? execution : null))
                .dataFetcher("holdReason", env -> {
                    Execution execution = execution(env);
                    return execution.held() ? loaders(env).holdReason(env, execution.id()) : null;
                })
                .dataFetcher("steps", this::steps);
    }

    static TypeRuntimeWiring.Builder ofError(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher(
                        "message",
                        errorProperty(ListedExecution::errorMessage, step -> errorOf(step, ExecutionError::message)))
                .dataFetcher(
                        "type", errorProperty(ListedExecution::errorType, step -> errorOf(step, ExecutionError::type)))
                .dataFetcher("fingerprint", errorProperty(ListedExecution::errorFingerprint, Step::errorFingerprint))
                .dataFetcher(
                        "stackTrace",
                        loadedOfError(
                                part(ExecutionPart.STACK_TRACE, ExecutionDetail::stackTrace),
                                step -> errorOf(step, ExecutionError::stackTrace)))
                .dataFetcher(
                        "details",
                        loadedOfError(
                                json(ExecutionPart.ERROR_DETAILS, ExecutionDetail::errorDetails),
                                step -> RawJson.of(errorOf(step, ExecutionError::details))));
    }

    /** A property of the error of an execution or a step, which stand for their errors. */
    private static DataFetcher<@Nullable Object> errorProperty(
            Function<ListedExecution, @Nullable String> ofExecution, Function<Step, @Nullable String> ofStep) {
        return property(
                Object.class,
                source ->
                        source instanceof Step step ? ofStep.apply(step) : ofExecution.apply((ListedExecution) source));
    }

    /** A property that is loaded for an execution only. */
    private static DataFetcher<@Nullable Object> loadedOfError(
            DataFetcher<?> ofExecution, Function<Step, @Nullable Object> ofStep) {
        return env -> source(env) instanceof Step step ? ofStep.apply(step) : ofExecution.get(env);
    }

    private static @Nullable String errorOf(Step step, Function<ExecutionError, @Nullable String> part) {
        ExecutionError error = step.error();
        return error == null ? null : part.apply(error);
    }

    static TypeRuntimeWiring.Builder ofStep(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("id", property(Step.class, step -> step.id().toString()))
                .dataFetcher(
                        "attempt",
                        property(Step.class, step -> step.attempt() == null ? FIRST_ATTEMPT : step.attempt()))
                .dataFetcher("durationMillis", property(Step.class, step -> {
                    Instant startedAt = step.startedAt();
                    Instant finishedAt = step.finishedAt();
                    return startedAt == null || finishedAt == null
                            ? null
                            : millis(Duration.between(startedAt, finishedAt));
                }))
                .dataFetcher("input", property(Step.class, step -> RawJson.of(step.input())))
                .dataFetcher("output", property(Step.class, step -> RawJson.of(step.output())))
                .dataFetcher("error", property(Step.class, step -> step.error() == null ? null : step));
    }

    private static @Nullable String ofExternalId(Execution execution, Function<ExternalId, @Nullable String> part) {
        ExternalId externalId = execution.externalId();
        return externalId == null ? null : part.apply(externalId);
    }

    private CompletionStage<Connection<Execution>> executionsOfWorkflow(DataFetchingEnvironment env) {
        Workflow workflow = (Workflow) source(env);
        requireOwn(env, workflow.owner());
        return executionsOf(env, Parent.WORKFLOW, workflow.id(), arguments(env).executionQuery(config));
    }

    private CompletionStage<Connection<Execution>> executionsOf(DataFetchingEnvironment env, Parent parent) {
        return executionsOf(env, parent, ownExecution(env).id(), arguments(env).executionQuery(config));
    }

    private static CompletionStage<@Nullable Execution> newestRetry(DataFetchingEnvironment env) {
        return loaders(env)
                .executions(
                        env,
                        new Loaders.ExecutionsKey(
                                Parent.RETRIED, ownExecution(env).id(), ExecutionQuery.all(), NEWEST))
                .thenApply(found ->
                        found.executions().isEmpty() ? null : found.executions().get(0));
    }

    private CompletionStage<Connection<Execution>> executionsOf(
            DataFetchingEnvironment env, Parent parent, UUID parentId, ExecutionQuery query) {
        PageRequest page = arguments(env).page(query.order().cursorOrder(), config);
        Loaders loaders = loaders(env);
        return loaders.executions(env, new Loaders.ExecutionsKey(parent, parentId, query, page))
                .thenApply(listed -> Connection.ofExecutions(
                        listed,
                        query,
                        () -> Future.fromCompletionStage(
                                loaders.count(env, new Loaders.CountKey(parent, parentId, query))),
                        new Connection.Facets(Fields.bus(env), viewer(env), within(query, parent, parentId))));
    }

    /** The same query without a parent of its own. */
    private static ExecutionQuery within(ExecutionQuery query, Parent parent, UUID id) {
        RowFilter filter = query.filter();
        return switch (parent) {
            case WORKFLOW -> query.ofWorkflow(id);
            case EXECUTION -> query.filteredBy(filter.toBuilder().parentId(id).build());
            case RETRIED -> query.filteredBy(filter.toBuilder().retryOf(id).build());
        };
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
}
