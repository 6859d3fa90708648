package dev.runlog.querying;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.querying.CheckHealth;
import dev.runlog.contract.querying.CountByStatus;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.CountExecutionsByParent;
import dev.runlog.contract.querying.CountWorkflows;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.FindExecution;
import dev.runlog.contract.querying.FindWorkflowByKey;
import dev.runlog.contract.querying.GetHistogram;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.ListExecutionsByParent;
import dev.runlog.contract.querying.ListOutlines;
import dev.runlog.contract.querying.ListSteps;
import dev.runlog.contract.querying.ListWorkflows;
import dev.runlog.contract.querying.LoadExecutionDetails;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadHoldReasons;
import dev.runlog.contract.querying.LoadSteps;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.querying.ReadRequest;
import dev.runlog.contract.recording.WorkflowsChanged;
import dev.runlog.contract.retention.WorkflowDeleted;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.known.KnownWorkflows;
import dev.runlog.storage.read.ExecutionReads;
import dev.runlog.storage.read.ReadLimits;
import dev.runlog.storage.read.WorkflowReads;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Handles the read requests of viewers, mostly with one statement each. Statements return only rows that the viewer may
 * see.
 */
public final class QueryingVerticle extends VerticleBase {
    private final Bus bus;
    private final Database database;
    private final ExecutionReads executions;
    private final WorkflowReads workflows;
    private final KnownWorkflows knownWorkflows;
    private final int countRowsMax;
    private final StatisticsRequests statisticsRequests;
    private final FacetRequests facets;

    /**
     * @param owners the owners that all event loops share
     * @param knownWorkflows the workflows that they share
     */
    public QueryingVerticle(
            Bus bus,
            Database database,
            QueryingConfig config,
            KnownOwners owners,
            KnownWorkflows knownWorkflows,
            Clock clock) {
        this.bus = bus;
        this.database = database;
        this.knownWorkflows = knownWorkflows;
        this.executions = new ExecutionReads(
                database,
                owners,
                knownWorkflows,
                new ReadLimits(config.readTimeMax(), config.sliceRowsMax()),
                clock,
                System::nanoTime);
        this.workflows = new WorkflowReads(database);
        this.countRowsMax = config.countRowsMax();
        this.statisticsRequests = new StatisticsRequests(database, owners, config, clock);
        this.facets = new FacetRequests(database, owners, executions::group, clock);
    }

    @Override
    public Future<?> start() {
        handleWithAllowance(ListExecutions.class, this::listExecutions);
        handleWithAllowance(ListOutlines.class, this::listOutlines);
        handle(CountExecutions.class, this::countExecutions);
        handleWithAllowance(ListExecutionsByParent.class, this::listExecutionsByParent);
        handle(CountExecutionsByParent.class, this::countExecutionsByParent);
        handleWithAllowance(LoadExecutions.class, this::loadExecutions);
        handleWithAllowance(FindExecution.class, this::findExecution);
        handleWithAllowance(LoadExecutionDetails.class, this::loadExecutionDetails);
        handleWithAllowance(LoadHoldReasons.class, this::loadHoldReasons);
        handleWithAllowance(ListSteps.class, this::listSteps);
        handleWithAllowance(LoadSteps.class, this::loadSteps);
        handle(LoadWorkflows.class, this::loadWorkflows);
        handle(FindWorkflowByKey.class, this::findWorkflowByKey);
        handle(ListWorkflows.class, this::listWorkflows);
        handle(CountWorkflows.class, this::countWorkflows);
        handle(GetStatistics.class, statisticsRequests::get);
        handle(GetWorkflowStatistics.class, statisticsRequests::byWorkflow);
        handle(CountByStatus.class, facets::countByStatus);
        handle(GetHistogram.class, facets::histogram);
        bus.handle(CheckHealth.class, this::checkHealth);
        // Each loop receives the change before its clients receive the reply to their request.
        bus.subscribe(WorkflowsChanged.class, changed -> knownWorkflows.forget(changed.ids()));
        bus.subscribe(WorkflowDeleted.class, deleted -> knownWorkflows.forget(List.of(deleted.workflowId())));
        return Future.succeededFuture();
    }

    /** Checks the scope again, because requests need not come from the gateway. */
    private <R extends Message, Q extends ReadRequest<R>> void handle(Class<Q> type, Function<Q, Future<R>> handler) {
        bus.handle(type, request -> {
            request.viewer().require(request.scopes());
            return handler.apply(request);
        });
    }

    /** The same with executions that are read within the allowance of the response. */
    private <R extends Message, Q extends ReadRequest<R>> void handleWithAllowance(
            Class<Q> type, BiFunction<Q, ExecutionReads, Future<R>> handler) {
        bus.handle(type, (request, allowance) -> {
            request.viewer().require(request.scopes());
            return handler.apply(request, executions.within(allowance));
        });
    }

    private static String owner(ReadRequest<?> request) {
        return request.viewer().subject();
    }

    private Future<ExecutionPage<Execution>> listExecutions(ListExecutions request, ExecutionReads executions) {
        return executions.list(owner(request), request.query(), request.page(), request.withCount());
    }

    private Future<ExecutionPage<ExecutionOutline>> listOutlines(ListOutlines request, ExecutionReads executions) {
        return executions.listOutlines(owner(request), request.query(), request.page(), request.withCount());
    }

    private Future<CountExecutions.Counted> countExecutions(CountExecutions request) {
        return executions.count(owner(request), request.query(), countRowsMax).map(CountExecutions.Counted::new);
    }

    private Future<ListExecutionsByParent.Pages> listExecutionsByParent(
            ListExecutionsByParent request, ExecutionReads executions) {
        return executions
                .listOf(owner(request), request.parent(), request.parentIds(), request.query(), request.page())
                .map(ListExecutionsByParent.Pages::new);
    }

    private Future<CountExecutionsByParent.Counts> countExecutionsByParent(CountExecutionsByParent request) {
        return executions
                .countOf(owner(request), request.parent(), request.parentIds(), request.query(), countRowsMax)
                .map(CountExecutionsByParent.Counts::new);
    }

    private Future<LoadExecutions.Loaded> loadExecutions(LoadExecutions request, ExecutionReads executions) {
        return executions.load(owner(request), request.ids(), request.parts()).map(LoadExecutions.Loaded::new);
    }

    private Future<FindExecution.Found> findExecution(FindExecution request, ExecutionReads executions) {
        return executions.find(owner(request), request.externalId()).map(FindExecution.Found::new);
    }

    private Future<LoadExecutionDetails.Loaded> loadExecutionDetails(
            LoadExecutionDetails request, ExecutionReads executions) {
        return executions
                .loadDetails(owner(request), request.executionIds(), request.parts())
                .map(LoadExecutionDetails.Loaded::new);
    }

    private Future<LoadHoldReasons.Loaded> loadHoldReasons(LoadHoldReasons request, ExecutionReads executions) {
        return executions
                .loadHoldReasons(owner(request), request.executionIds())
                .map(LoadHoldReasons.Loaded::new);
    }

    private Future<ListSteps.Pages> listSteps(ListSteps request, ExecutionReads executions) {
        return executions
                .listSteps(owner(request), request.executionIds(), request.page(), request.parts(), request.withTotal())
                .map(ListSteps.Pages::new);
    }

    private Future<LoadSteps.Loaded> loadSteps(LoadSteps request, ExecutionReads executions) {
        return executions.loadSteps(owner(request), request.ids()).map(LoadSteps.Loaded::new);
    }

    private Future<LoadWorkflows.Loaded> loadWorkflows(LoadWorkflows request) {
        return knownWorkflows
                .load(database, owner(request), request.owners(), request.ids())
                .map(LoadWorkflows.Loaded::new);
    }

    private Future<FindWorkflowByKey.Found> findWorkflowByKey(FindWorkflowByKey request) {
        return workflows
                .findByKey(owner(request), request.key())
                .map(found -> new FindWorkflowByKey.Found(found.orElse(null)));
    }

    private Future<ListWorkflows.WorkflowPage> listWorkflows(ListWorkflows request) {
        return workflows.list(owner(request), request.search(), request.page());
    }

    private Future<CountExecutions.Counted> countWorkflows(CountWorkflows request) {
        return workflows
                .count(owner(request), request.search())
                .map(rows -> new CountExecutions.Counted(Count.exactly(rows)));
    }

    private Future<CheckHealth.Healthy> checkHealth(CheckHealth request) {
        return database.check().map(CheckHealth.Healthy::new);
    }
}
