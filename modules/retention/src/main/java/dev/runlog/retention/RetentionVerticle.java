package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.contract.retention.CancelCleanup;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.DeleteRetentionPolicy;
import dev.runlog.contract.retention.DeleteWorkflow;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.ListRetentionPolicies;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.LoadRetentionPolicies;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.contract.text.SafeText;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.ledger.CleanupLedger;
import dev.runlog.storage.ledger.PolicyStore;
import dev.runlog.storage.plan.HoldStore;
import dev.runlog.storage.read.ExecutionReads;
import dev.runlog.storage.read.WorkflowReads;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves requests for cleanups, policies and holds, and starts the {@link Cleaner}, which runs cleanups. */
public final class RetentionVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(RetentionVerticle.class);
    private static final Duration RESUME_INTERVAL = Duration.ofSeconds(30);
    private static final Duration LEDGER_INTERVAL = Duration.ofHours(1);

    private final Bus bus;
    private final Database database;
    private final RetentionConfig config;
    private final Clock clock;
    private final MeterRegistry meters;
    private final CleanupStore cleanups;
    private final CleanupLedger ledger;
    private final PolicyStore policies;
    private final HoldStore holds;
    private final Progress progress;
    private final Cleaner cleaner;
    private final ExecutionReads executions;
    private final WorkflowReads workflows;
    private final RequestRate rate;
    private final Room queue;
    private final DryRuns dryRuns;
    private final boolean runsPolicies;

    public RetentionVerticle(Bus bus, Database database, RetentionConfig config, Clock clock, MeterRegistry meters) {
        this(bus, database, config, clock, meters, true);
    }

    /** A verticle that serves requests only: it runs no policies and leaves the default policy unchanged. */
    public static RetentionVerticle onDemand(
            Bus bus, Database database, RetentionConfig config, Clock clock, MeterRegistry meters) {
        return new RetentionVerticle(bus, database, config, clock, meters, false);
    }

    private RetentionVerticle(
            Bus bus,
            Database database,
            RetentionConfig config,
            Clock clock,
            MeterRegistry meters,
            boolean runsPolicies) {
        this.bus = bus;
        this.database = database;
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        this.cleanups = new CleanupStore(database);
        this.ledger = new CleanupLedger(database);
        this.policies = new PolicyStore(database);
        this.holds = new HoldStore(database);
        this.progress = new Progress(ledger, bus, meters);
        this.cleaner = new Cleaner(database, config, clock, runsPolicies, progress);
        this.executions = new ExecutionReads(database, clock);
        this.workflows = new WorkflowReads(database);
        this.rate = new RequestRate(config.requestsPerMinute());
        this.queue = new Room("cleanups", "retention.queue-max", config.queueMax(), config.queueOwnerShare());
        this.dryRuns = new DryRuns(
                new Room("dry runs", "retention.dry-run-queue-max", config.dryRunQueueMax(), config.queueOwnerShare()),
                config.dryRunWait());
        this.runsPolicies = runsPolicies;
    }

    @Override
    public Future<?> start() {
        bus.handle(RequestCleanup.class, this::requestCleanup);
        bus.handle(DeleteWorkflow.class, this::deleteWorkflow);
        bus.handle(CancelCleanup.class, this::cancelCleanup);
        bus.handle(LoadCleanups.class, this::loadCleanups);
        bus.handle(ListCleanups.class, this::listCleanups);
        bus.handle(SetRetentionPolicy.class, this::setPolicy);
        bus.handle(DeleteRetentionPolicy.class, this::deletePolicy);
        bus.handle(LoadRetentionPolicies.class, this::loadPolicies);
        bus.handle(ListRetentionPolicies.class, this::listPolicies);
        bus.handle(HoldExecution.class, this::hold);
        return runsPolicies ? startPolicies() : Future.succeededFuture();
    }

    private Future<?> startPolicies() {
        PolicyRun policyRun = new PolicyRun(policies, cleanups, config, clock);
        Gauge.builder("runlog.retention.overdue", policyRun, PolicyRun::overdue)
                .description("Executions that are overdue for deletion by retention policies.")
                .register(meters);
        Gauge.builder("runlog.retention.behind", policyRun, run -> run.behind().toSeconds())
                .description("Time since the oldest of these executions became due.")
                .baseUnit("seconds")
                .register(meters);
        // Resumes cleanups that a crash or an outage of the database interrupted.
        cleaner.wake();
        vertx.setPeriodic(RESUME_INTERVAL.toMillis(), timer -> cleaner.wake());
        LedgerSweep sweep = new LedgerSweep(ledger, config.ledgerKeep(), clock);
        vertx.setPeriodic(0, LEDGER_INTERVAL.toMillis(), timer -> sweepLedger(sweep));
        PolicyTimers timers = new PolicyTimers(vertx, policyRun, cleaner, config, clock);
        timers.start(bus);
        return database.untilAvailable(() -> policies.setDefault(config.keepForOrNull(), config.keepLastOrNull()))
                .onSuccess(done -> timers.runWithinJitter());
    }

    private static void sweepLedger(LedgerSweep sweep) {
        sweep.runOnce()
                .onFailure(
                        failure -> log.warn("Could not delete old cleanups from the ledger: {}", failure.toString()));
    }

    /** Lets the current step finish. The cleanup resumes at the next start. */
    @Override
    public Future<?> stop() {
        return cleaner.stop();
    }

    private Future<Cleanup> requestCleanup(RequestCleanup request) {
        Viewer viewer = request.viewer();
        CleanupCriteria criteria = RequestChecks.criteria(
                request, RequestChecks.targetOwner(viewer, request.owner(), request.allOwners()), clock.instant());
        rate.require(viewer.subject());
        return requireWorkflow(viewer, criteria.owner(), criteria.workflowId())
                .compose(known -> begin(viewer, criteria, request.dryRun()));
    }

    private Future<Cleanup> deleteWorkflow(DeleteWorkflow request) {
        Viewer viewer = request.viewer();
        String owner = Objects.requireNonNull(RequestChecks.targetOwner(viewer, request.owner(), false));
        rate.require(viewer.subject());
        return findWorkflow(viewer, owner, request.workflow())
                .compose(workflow -> cleanups.requireDeletable(workflow)
                        .map(done -> CleanupCriteria.ofWorkflow(workflow, RequestChecks.beforeMax(clock.instant()))))
                .compose(criteria -> begin(viewer, criteria, request.dryRun()));
    }

    private Future<Workflow> findWorkflow(Viewer viewer, String owner, WorkflowRef reference) {
        String key = reference.key();
        if (key != null) {
            RequestChecks.requireText("workflowKey", key);
        }
        Future<Optional<Workflow>> found = key != null
                ? workflows.findByKey(owner, key)
                : workflows
                        .load(
                                viewer.subject(),
                                Owners.of(viewer, owner),
                                List.of(Objects.requireNonNull(reference.id())))
                        .map(loaded -> loaded.stream().findFirst());
        return found.compose(workflow -> workflow.isPresent()
                ? Future.succeededFuture(workflow.get())
                : Future.failedFuture(RunlogException.notFound("Workflow not found: "
                        + (key != null ? SafeText.quote(key) : reference.id()) + " of owner '" + owner + "'.")));
    }

    private Future<Cleanup> begin(Viewer viewer, CleanupCriteria criteria, boolean dryRun) {
        if (dryRun) {
            Instant createdAt = clock.instant();
            return dryRuns.run(viewer.subject(), viewer.may(Scope.OPS), () -> dryRun(criteria, viewer, createdAt));
        }
        return ledger.countOpen(viewer.subject())
                .compose(open -> {
                    queue.require(open.all(), open.own(), viewer.may(Scope.OPS));
                    return ledger.create(criteria, viewer.subject());
                })
                .onSuccess(created -> cleaner.wake());
    }

    private Future<Cleanup> dryRun(CleanupCriteria criteria, Viewer viewer, Instant createdAt) {
        Instant startedAt = clock.instant();
        return cleanups.preview(criteria, null, config.previewRowsMax())
                .map(found -> Cleanup.dryRun(criteria, viewer.subject(), createdAt, startedAt, clock.instant(), found));
    }

    /** Fails with {@code NOT_FOUND} if the workflow does not exist or belongs to another owner. */
    private Future<Void> requireWorkflow(Viewer viewer, @Nullable String owner, @Nullable UUID id) {
        if (id == null) {
            return Future.succeededFuture();
        }
        Owners owners = owner == null ? Owners.all(viewer) : Owners.of(viewer, owner);
        return workflows
                .load(viewer.subject(), owners, List.of(id))
                .compose(found ->
                        only(found, "Workflow not found: " + id + (owner == null ? "." : " of owner '" + owner + "'.")))
                .mapEmpty();
    }

    private Future<Cleanup> cancelCleanup(CancelCleanup request) {
        return ledger.load(request.viewer().subject(), visibleOwner(request.viewer()), List.of(request.id()))
                .compose(found -> only(found, "Cleanup not found: " + request.id() + "."))
                .compose(known -> known.state().isOver()
                        ? Future.succeededFuture(known)
                        : ledger.cancel(request.id()).onSuccess(progress::announce));
    }

    private static <T> Future<T> only(List<T> found, String notFound) {
        return found.isEmpty()
                ? Future.failedFuture(RunlogException.notFound(notFound))
                : Future.succeededFuture(found.get(0));
    }

    private Future<LoadCleanups.Loaded> loadCleanups(LoadCleanups request) {
        return ledger.load(request.viewer().subject(), visibleOwner(request.viewer()), request.ids())
                .map(LoadCleanups.Loaded::new);
    }

    private Future<ListCleanups.CleanupPage> listCleanups(ListCleanups request) {
        return ledger.list(request.viewer().subject(), visibleOwner(request.viewer()), request.page());
    }

    private Future<RetentionPolicy> setPolicy(SetRetentionPolicy request) {
        Viewer viewer = request.viewer();
        String owner = RequestChecks.targetOwner(viewer, request.owner(), request.allOwners());
        RequestChecks.check(request);
        rate.require(viewer.subject());
        return requireWorkflow(viewer, owner, request.workflowId())
                .compose(known -> policies.set(
                        request.workflowId(),
                        owner,
                        request.statuses(),
                        request.keepFor(),
                        request.keepForText(),
                        request.keepLast(),
                        config.policiesMax()))
                .compose(set -> progress.announceEnded(set.ended()).map(set.policy()));
    }

    private Future<RetentionPolicy> deletePolicy(DeleteRetentionPolicy request) {
        return policies.load(request.viewer().subject(), visibleOwner(request.viewer()), List.of(request.id()))
                .compose(found -> only(found, "Retention policy not found: " + request.id() + "."))
                .compose(policy -> {
                    if (policy.owner() == null) {
                        request.viewer().require(Scope.OPS);
                    }
                    return policies.delete(policy.id())
                            .compose(progress::announceEnded)
                            .map(policy);
                });
    }

    private Future<LoadRetentionPolicies.Loaded> loadPolicies(LoadRetentionPolicies request) {
        return policies.load(request.viewer().subject(), visibleOwner(request.viewer()), request.ids())
                .map(found -> new LoadRetentionPolicies.Loaded(asSeenBy(request.viewer(), found)));
    }

    private Future<ListRetentionPolicies.PolicyPage> listPolicies(ListRetentionPolicies request) {
        return policies.list(request.viewer().subject(), visibleOwner(request.viewer()), request.page())
                .map(page -> new ListRetentionPolicies.PolicyPage(
                        asSeenBy(request.viewer(), page.policies()), page.ends(), page.total()));
    }

    /** Hides the backlog of policies for all owners from callers who are not operators. */
    private static List<RetentionPolicy> asSeenBy(Viewer viewer, List<RetentionPolicy> policies) {
        return viewer.may(Scope.OPS)
                ? policies
                : policies.stream()
                        .map(policy -> policy.owner() == null && policy.workflowId() == null
                                ? policy.withoutBacklog()
                                : policy)
                        .toList();
    }

    private Future<HoldExecution.Result> hold(HoldExecution request) {
        String visible = visibleOwner(request.viewer());
        UUID id = request.executionId();
        String reason = request.reason();
        if (reason != null) {
            RequestChecks.requireText("reason", reason);
        }
        return holds.hold(visible, id, request.held(), reason, config.holdsMax())
                .compose(owner -> owner.isEmpty()
                        ? Future.succeededFuture(List.of())
                        : executions.load(owner.get(), List.of(id), Set.of()))
                .compose(found -> only(found, "Execution not found: " + id + "."))
                .onSuccess(
                        changed -> bus.publish(new ExecutionsChanged(List.of(new Change(changed.status(), changed)))))
                .map(HoldExecution.Result::new);
    }

    /** The owner or requester to which a viewer is limited; null for operators, who see all. */
    private static @Nullable String visibleOwner(Viewer viewer) {
        viewer.require(Scope.CLEANUP, Scope.OPS);
        return viewer.may(Scope.OPS) ? null : viewer.subject();
    }
}
