package dev.runlog.querying;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.querying.CheckHealth;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.CountExecutionsOf;
import dev.runlog.contract.querying.CountWorkflows;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.FindWorkflowByKey;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.ListExecutionsOf;
import dev.runlog.contract.querying.ListSteps;
import dev.runlog.contract.querying.ListWorkflows;
import dev.runlog.contract.querying.LoadExecutionDetails;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadHoldReasons;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.storage.Database;
import dev.runlog.storage.ExecutionReads;
import dev.runlog.storage.StatisticsReads;
import dev.runlog.storage.WorkflowReads;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Answers what viewers ask: each request is one statement, seldom more, and what a viewer may not see is not in its rows. */
public final class QueryingVerticle extends VerticleBase {
    private final Bus bus;
    private final Database database;
    private final Clock clock;
    private final ExecutionReads executions;
    private final WorkflowReads workflows;
    private final StatisticsReads statistics;
    private final Counting counting;

    public QueryingVerticle(Bus bus, Database database, QueryingConfig config, Clock clock) {
        this.bus = bus;
        this.database = database;
        this.clock = clock;
        this.executions = new ExecutionReads(database, clock);
        this.workflows = new WorkflowReads(database);
        this.statistics = new StatisticsReads(database);
        this.counting = new Counting(executions, statistics, config.countRowsMax());
    }

    @Override
    public Future<?> start() {
        bus.handle(ListExecutions.class, this::listExecutions);
        bus.handle(CountExecutions.class, this::countExecutions);
        bus.handle(ListExecutionsOf.class, this::listExecutionsOf);
        bus.handle(CountExecutionsOf.class, this::countExecutionsOf);
        bus.handle(LoadExecutions.class, this::loadExecutions);
        bus.handle(LoadExecutionDetails.class, this::loadExecutionDetails);
        bus.handle(LoadHoldReasons.class, this::loadHoldReasons);
        bus.handle(ListSteps.class, this::listSteps);
        bus.handle(LoadWorkflows.class, this::loadWorkflows);
        bus.handle(FindWorkflowByKey.class, this::findWorkflowByKey);
        bus.handle(ListWorkflows.class, this::listWorkflows);
        bus.handle(CountWorkflows.class, this::countWorkflows);
        bus.handle(GetStatistics.class, this::getStatistics);
        bus.handle(CheckHealth.class, this::checkHealth);
        return Future.succeededFuture();
    }

    private Future<ExecutionPage> listExecutions(ListExecutions request) {
        request.viewer().require(Scope.READ);
        String owner = request.viewer().subject();
        StatisticsReads.Range counted = request.withCount() && Counting.areRollupsEnough(request.query())
                ? Counting.range(owner, request.query())
                : null;
        return executions.list(owner, request.query(), request.page(), request.columns(), counted);
    }

    private Future<CountExecutions.Counted> countExecutions(CountExecutions request) {
        request.viewer().require(Scope.READ);
        return counting.count(request.viewer().subject(), request.query()).map(CountExecutions.Counted::new);
    }

    private Future<ListExecutionsOf.Pages> listExecutionsOf(ListExecutionsOf request) {
        return executions
                .listOf(request.parent(), request.parentIds(), request.query(), request.page())
                .map(ListExecutionsOf.Pages::new);
    }

    private Future<CountExecutionsOf.Counts> countExecutionsOf(CountExecutionsOf request) {
        return counting.countOf(request.parent(), request.parentIds(), request.query())
                .map(CountExecutionsOf.Counts::new);
    }

    private Future<LoadExecutions.Loaded> loadExecutions(LoadExecutions request) {
        return executions.load(request.owner(), request.ids()).map(LoadExecutions.Loaded::new);
    }

    private Future<LoadExecutionDetails.Loaded> loadExecutionDetails(LoadExecutionDetails request) {
        return executions.loadDetails(request.executionIds(), request.parts()).map(LoadExecutionDetails.Loaded::new);
    }

    private Future<LoadHoldReasons.Loaded> loadHoldReasons(LoadHoldReasons request) {
        return executions.loadHoldReasons(request.executionIds()).map(LoadHoldReasons.Loaded::new);
    }

    private Future<ListSteps.Pages> listSteps(ListSteps request) {
        return executions.listSteps(request.executionIds(), request.page()).map(ListSteps.Pages::new);
    }

    private Future<LoadWorkflows.Loaded> loadWorkflows(LoadWorkflows request) {
        return workflows.load(request.owner(), request.ids()).map(LoadWorkflows.Loaded::new);
    }

    private Future<FindWorkflowByKey.Found> findWorkflowByKey(FindWorkflowByKey request) {
        request.viewer().require(Scope.READ);
        return workflows
                .findByKey(request.viewer().subject(), request.key())
                .map(found -> new FindWorkflowByKey.Found(found.orElse(null)));
    }

    private Future<ListWorkflows.WorkflowPage> listWorkflows(ListWorkflows request) {
        request.viewer().require(Scope.READ);
        return workflows.list(request.viewer().subject(), request.search(), request.page());
    }

    private Future<CountExecutions.Counted> countWorkflows(CountWorkflows request) {
        request.viewer().require(Scope.READ);
        return workflows
                .count(request.viewer().subject(), request.search())
                .map(rows -> new CountExecutions.Counted(Count.exactly(rows)));
    }

    private Future<Statistics> getStatistics(GetStatistics request) {
        request.viewer().require(request.allOwners() ? Scope.OPS : Scope.READ);
        LocalDate from = request.from() == null ? null : LocalDate.ofInstant(request.from(), ZoneOffset.UTC);
        // A bound within a day takes that day in: its last nanosecond decides.
        LocalDate to = request.to() == null
                ? null
                : LocalDate.ofInstant(request.to().minusNanos(1), ZoneOffset.UTC)
                        .plusDays(1);
        if (from != null && to != null && !from.isBefore(to)) {
            throw RunlogException.badInput(
                    "'from' (" + request.from() + ") must be before 'to' (" + request.to() + ").");
        }
        return statistics.get(
                new StatisticsReads.Range(
                        request.allOwners() ? null : request.viewer().subject(), request.workflowId(), from, to),
                request.interval(),
                request.workflowsMax(),
                LocalDate.now(clock.withZone(ZoneOffset.UTC)),
                request.allOwners());
    }

    private Future<CheckHealth.Healthy> checkHealth(CheckHealth request) {
        return database.check().map(CheckHealth.Healthy::new);
    }
}
