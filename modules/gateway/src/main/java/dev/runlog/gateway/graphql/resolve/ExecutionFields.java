package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.millis;
import static dev.runlog.gateway.graphql.resolve.Fields.property;
import static dev.runlog.gateway.graphql.resolve.Fields.requireOwn;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.render.Fetch;
import dev.runlog.gateway.graphql.render.Loaded;
import dev.runlog.gateway.json.RawJson;
import graphql.schema.DataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
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
        return type.dataFetcher(
                        "executions",
                        new Loaded<>(
                                Workflow.class,
                                Batches.PAGES,
                                (workflow, fetch) -> {
                                    requireOwn(fetch, "workflow", workflow.owner());
                                    return page(Parent.WORKFLOW, workflow.id(), fetch);
                                },
                                (workflow, page) -> page))
                .dataFetcher(
                        "statistics",
                        new Loaded<>(
                                Workflow.class,
                                Batches.STATISTICS,
                                (workflow, fetch) -> {
                                    requireOwn(fetch, "workflow", workflow.owner());
                                    return StatisticsFields.request(fetch.viewer(), arguments(fetch), workflow.id());
                                },
                                (workflow, statistics) -> statistics));
    }

    TypeRuntimeWiring.Builder ofExecution(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher(
                        "workflow",
                        new Loaded<>(
                                ListedExecution.class,
                                Batches.WORKFLOWS,
                                (execution, fetch) ->
                                        new Batches.WorkflowKey(execution.owner(), execution.workflowId()),
                                (execution, workflow) -> workflow))
                .dataFetcher("parent", related(Execution::parentId))
                .dataFetcher("children", executionsOf(Parent.EXECUTION))
                .dataFetcher("retryOf", related(Execution::retryOf))
                .dataFetcher("retries", executionsOf(Parent.RETRIED))
                .dataFetcher(
                        "retriedBy",
                        new Loaded<>(
                                ListedExecution.class,
                                Batches.PAGES,
                                (execution, fetch) -> new Batches.ExecutionsKey(
                                        Parent.RETRIED, ownId(execution, fetch), ExecutionQuery.all(), NEWEST),
                                (execution, retries) ->
                                        retries == null || retries.nodes().isEmpty()
                                                ? null
                                                : retries.nodes().get(0)))
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
                .dataFetcher(
                        "holdReason",
                        new Loaded<>(
                                Execution.class,
                                Batches.HOLD_REASONS,
                                (execution, fetch) -> execution.held() ? execution.id() : null,
                                (execution, reason) -> reason))
                .dataFetcher(
                        "steps",
                        new Loaded<>(
                                ListedExecution.class,
                                Batches.STEPS,
                                (execution, fetch) -> new Batches.StepsKey(
                                        ownId(execution, fetch),
                                        new Batches.StepsOf(
                                                arguments(fetch).page(Cursor.Order.STEP, config),
                                                LargeParts.ofSteps(fetch.selected()),
                                                fetch.selected().has("totalCount"))),
                                (execution, page) -> page == null
                                        ? null
                                        : Connection.of(
                                                page.steps(),
                                                page.ends(),
                                                step -> new Cursor(Cursor.Order.STEP, step.index(), step.executionId()),
                                                page.total())));
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
                                ExecutionPart.STACK_TRACE,
                                ExecutionDetail::stackTrace,
                                step -> errorOf(step, ExecutionError::stackTrace)))
                .dataFetcher(
                        "details",
                        loadedOfError(
                                ExecutionPart.ERROR_DETAILS,
                                detail -> RawJson.of(detail.errorDetails()),
                                step -> RawJson.of(errorOf(step, ExecutionError::details))));
    }

    /** A property of an {@code ExecutionError}. Its source is the execution or step that has the error. */
    private static DataFetcher<@Nullable Object> errorProperty(
            Function<ListedExecution, @Nullable String> ofExecution, Function<Step, @Nullable String> ofStep) {
        return property(
                Object.class,
                source ->
                        source instanceof Step step ? ofStep.apply(step) : ofExecution.apply((ListedExecution) source));
    }

    /** A property that is loaded for an execution only. */
    private static DataFetcher<?> loadedOfError(
            ExecutionPart part,
            Function<ExecutionDetail, @Nullable Object> ofExecution,
            Function<Step, @Nullable Object> ofStep) {
        return new Loaded<>(
                Object.class,
                Batches.PARTS,
                (source, fetch) -> source instanceof ListedExecution execution ? part(execution, part, fetch) : null,
                (source, detail) -> source instanceof Step step
                        ? ofStep.apply(step)
                        : of((ListedExecution) source, detail, ofExecution));
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

    /** The ID of an execution, which must be the viewer's. */
    private static UUID ownId(ListedExecution execution, Fetch fetch) {
        requireOwn(fetch, "execution", execution.owner());
        return execution.id();
    }

    /** Another execution, given its ID. */
    private static DataFetcher<?> related(Function<Execution, @Nullable UUID> id) {
        return new Loaded<>(
                Execution.class,
                Batches.EXECUTIONS,
                (execution, fetch) -> id.apply(execution),
                (execution, related) -> related);
    }

    private DataFetcher<?> executionsOf(Parent parent) {
        return new Loaded<>(
                ListedExecution.class,
                Batches.PAGES,
                (execution, fetch) -> page(parent, ownId(execution, fetch), fetch),
                (execution, page) -> page);
    }

    /** The page of a parent's executions that the arguments ask for. */
    private Batches.ExecutionsKey page(Parent parent, UUID parentId, Fetch fetch) {
        ExecutionQuery query = arguments(fetch).executionQuery(config);
        PageRequest page = arguments(fetch).page(query.order().cursorOrder(), config);
        return new Batches.ExecutionsKey(parent, parentId, query, page);
    }

    private static DataFetcher<?> json(ExecutionPart part, Function<ExecutionDetail, @Nullable String> text) {
        return new Loaded<>(
                ListedExecution.class,
                Batches.PARTS,
                (execution, fetch) -> part(execution, part, fetch),
                (execution, loaded) -> of(execution, loaded, detail -> RawJson.of(text.apply(detail))));
    }

    /** The large part that has to be loaded; null if it came with the execution. */
    private static Batches.@Nullable PartKey part(ListedExecution execution, ExecutionPart part, Fetch fetch) {
        UUID id = ownId(execution, fetch);
        return detailOf(execution) == null ? new Batches.PartKey(id, part) : null;
    }

    private static @Nullable Object of(
            ListedExecution execution,
            @Nullable ExecutionDetail loaded,
            Function<ExecutionDetail, @Nullable Object> part) {
        ExecutionDetail detail = loaded == null ? detailOf(execution) : loaded;
        return detail == null ? null : part.apply(detail);
    }

    private static @Nullable ExecutionDetail detailOf(ListedExecution listed) {
        return listed instanceof Execution execution ? execution.detail() : null;
    }
}
