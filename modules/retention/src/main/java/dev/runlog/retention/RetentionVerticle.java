package dev.runlog.retention;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.ExecutionsChanged;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.retention.CancelCleanup;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupCriteria;
import dev.runlog.contract.retention.CleanupProgressed;
import dev.runlog.contract.retention.DeleteRetentionPolicy;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.ListCleanups;
import dev.runlog.contract.retention.ListRetentionPolicies;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.LoadRetentionPolicies;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.storage.cleanup.CleanupStore;
import dev.runlog.storage.cleanup.PolicyStore;
import dev.runlog.storage.db.Database;
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
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests for cleanups and policies, and lets the {@link Cleaner} carry them out. */
public final class RetentionVerticle extends VerticleBase {
    private static final Logger log = LoggerFactory.getLogger(RetentionVerticle.class);
    private static final Duration RESUME_INTERVAL = Duration.ofSeconds(30);
    private static final Duration WINDOW_LOOKED_AT = Duration.ofSeconds(30);
    /** Several cleanups that end at once are one reason. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private static final Duration KEEP_MAX = RequestCleanup.OLDER_THAN_MAX;
    private static final int KEEP_LAST_MAX = 1_000_000;
    private static final int TEXT_MAX_CHARS = 1000;

    private final Bus bus;
    private final RetentionConfig config;
    private final Clock clock;
    private final MeterRegistry meters;
    private final CleanupStore cleanups;
    private final PolicyStore policies;
    private final ExecutionReads executions;
    private final WorkflowReads workflows;
    private final RequestRate rate;
    private final Room queue;
    private final DryRuns dryRuns;
    private final boolean byItself;
    private @Nullable Cleaner cleaner;

    public RetentionVerticle(Bus bus, Database database, RetentionConfig config, Clock clock, MeterRegistry meters) {
        this(bus, database, config, clock, meters, true);
    }

    /** One that does what it is asked for and nothing else: it runs no policy and changes none. */
    public static RetentionVerticle onDemand(
            Bus bus, Database database, RetentionConfig config, Clock clock, MeterRegistry meters) {
        return new RetentionVerticle(bus, database, config, clock, meters, false);
    }

    private RetentionVerticle(
            Bus bus, Database database, RetentionConfig config, Clock clock, MeterRegistry meters, boolean byItself) {
        this.bus = bus;
        this.config = config;
        this.clock = clock;
        this.meters = meters;
        this.cleanups = new CleanupStore(database);
        this.policies = new PolicyStore(database);
        this.executions = new ExecutionReads(database, clock);
        this.workflows = new WorkflowReads(database);
        this.rate = new RequestRate(config.requestsPerMinute());
        this.queue = new Room("cleanups", "retention.queue-max", config.queueMax(), config.queueOwnerShare());
        this.dryRuns = new DryRuns(
                new Room("dry runs", "retention.dry-run-queue-max", config.dryRunQueueMax(), config.queueOwnerShare()),
                config.dryRunWait());
        this.byItself = byItself;
    }

    @Override
    public Future<?> start() {
        Cleaner worker = new Cleaner(vertx, bus, cleanups, config, clock, byItself, meters);
        cleaner = worker;
        bus.handle(RequestCleanup.class, request -> requestCleanup(worker, request));
        bus.handle(CancelCleanup.class, this::cancelCleanup);
        bus.handle(LoadCleanups.class, this::loadCleanups);
        bus.handle(ListCleanups.class, this::listCleanups);
        bus.handle(SetRetentionPolicy.class, this::setPolicy);
        bus.handle(DeleteRetentionPolicy.class, this::deletePolicy);
        bus.handle(LoadRetentionPolicies.class, this::loadPolicies);
        bus.handle(ListRetentionPolicies.class, this::listPolicies);
        bus.handle(HoldExecution.class, this::hold);
        noteSizes();
        return byItself ? workByItself(worker) : Future.succeededFuture();
    }

    private Future<?> workByItself(Cleaner worker) {
        PolicyRun policyRun = new PolicyRun(policies, cleanups, config, clock);
        Gauge.builder("runlog.retention.overdue", policyRun, PolicyRun::overdue)
                .description("Executions that retention policies were to delete and have not yet.")
                .register(meters);
        Gauge.builder("runlog.retention.behind", policyRun, run -> run.behind().toSeconds())
                .description("For how long the oldest of them was to be gone.")
                .baseUnit("seconds")
                .register(meters);
        // What a crash or an absent database has left open is taken up again.
        worker.wake();
        vertx.setPeriodic(RESUME_INTERVAL.toMillis(), timer -> worker.wake());
        vertx.setPeriodic(config.policyInterval().toMillis(), timer -> {
            runPoliciesSoon(worker, policyRun);
            noteSizes();
        });
        runWhereWindowOpens(worker, policyRun);
        lookAgainBehindCleanups(worker, policyRun);
        return policies.setDefault(config.keepForOrNull(), config.keepLastOrNull())
                .onSuccess(done -> runPoliciesSoon(worker, policyRun));
    }

    /** A window may be shorter than the interval. What a policy has run since, whoever asked, is not run again. */
    private void runWhereWindowOpens(Cleaner worker, PolicyRun policyRun) {
        Window window = config.window();
        boolean[] wasOpen = {window.isOpen(clock.instant())};
        vertx.setPeriodic(WINDOW_LOOKED_AT.toMillis(), timer -> {
            boolean isOpen = window.isOpen(clock.instant());
            if (isOpen && !wasOpen[0]) {
                runPoliciesSoon(worker, policyRun);
            }
            wasOpen[0] = isOpen;
        });
    }

    /** How far behind policies are was found before their cleanups were at work, here or on another server. */
    private void lookAgainBehindCleanups(Cleaner worker, PolicyRun policyRun) {
        boolean[] soon = {false};
        bus.subscribe(CleanupProgressed.class, event -> {
            if (event.cleanup().policyId() != null && event.cleanup().state().isOver() && !soon[0]) {
                soon[0] = true;
                vertx.setTimer(LOOK_AGAIN.toMillis(), timer -> {
                    soon[0] = false;
                    runPolicies(worker, policyRun);
                });
            }
        });
    }

    private void runPoliciesSoon(Cleaner worker, PolicyRun policyRun) {
        vertx.setTimer(
                1 + new Jitter(config.policyJitter()).next().toMillis(), timer -> runPolicies(worker, policyRun));
    }

    private static void runPolicies(Cleaner worker, PolicyRun policyRun) {
        policyRun.runOnce().onSuccess(made -> worker.wake()).onFailure(PolicyRun::logFailure);
    }

    /** Without it, statistics and previews know sizes and the biggest workflows of before. */
    private void noteSizes() {
        cleanups.noteSizes().onFailure(failure -> log.warn("Sizes were not noted: {}", failure.toString()));
    }

    /** Lets the batch end that is under way; what is left of the cleanup goes on at the next start. */
    @Override
    public Future<?> stop() {
        return cleaner == null ? Future.succeededFuture() : cleaner.stop();
    }

    private Future<Cleanup> requestCleanup(Cleaner worker, RequestCleanup request) {
        Viewer viewer = request.viewer();
        CleanupCriteria criteria = criteria(request, whose(viewer, request.owner(), request.allOwners()));
        rate.require(viewer.subject());
        Future<Void> known = requireWorkflow(viewer, criteria.owner(), criteria.workflowId());
        if (request.dryRun()) {
            Instant createdAt = clock.instant();
            return known.compose(workflow ->
                    dryRuns.run(viewer.subject(), viewer.may(Scope.OPS), () -> dryRun(criteria, viewer, createdAt)));
        }
        return known.compose(workflow -> cleanups.countOpen(viewer.subject()))
                .compose(open -> {
                    queue.require(open.all(), open.own(), viewer.may(Scope.OPS));
                    return cleanups.create(criteria, viewer.subject());
                })
                .onSuccess(entered -> worker.wake());
    }

    private Future<Cleanup> dryRun(CleanupCriteria criteria, Viewer viewer, Instant createdAt) {
        Instant startedAt = clock.instant();
        return cleanups.preview(criteria, null, config.previewRowsMax())
                .map(found -> Cleanup.dryRun(criteria, viewer.subject(), createdAt, startedAt, clock.instant(), found));
    }

    /** Whose executions a viewer means, null for everybody's; fails where the viewer may not. */
    private static @Nullable String whose(Viewer viewer, @Nullable String owner, boolean allOwners) {
        boolean own = !allOwners && (owner == null || owner.equals(viewer.subject()));
        viewer.require(own ? new Scope[] {Scope.CLEANUP, Scope.OPS} : new Scope[] {Scope.OPS});
        if (owner == null) {
            return allOwners ? null : viewer.subject();
        }
        requireText("owner", owner);
        if (owner.isBlank()) {
            throw RunlogException.badInput("'owner' is empty.");
        }
        if (allOwners) {
            throw RunlogException.badInput("Give 'owner', which is '" + owner + "', or 'allOwners', not both.");
        }
        return owner;
    }

    private static void requireText(String name, String text) {
        if (text.length() > TEXT_MAX_CHARS) {
            throw RunlogException.badInput(
                    "'" + name + "' has " + text.length() + " characters; the limit is " + TEXT_MAX_CHARS + ".");
        }
        if (text.indexOf('\u0000') >= 0) {
            throw RunlogException.badInput("'" + name + "' holds a NUL character.");
        }
    }

    /** A workflow that nobody has, or another than who is meant, would be a cleanup of nothing. */
    private Future<Void> requireWorkflow(Viewer viewer, @Nullable String owner, @Nullable UUID id) {
        return id == null
                ? Future.succeededFuture()
                : workflows
                        .load(
                                viewer.subject(),
                                owner == null ? Owners.all(viewer) : Owners.of(viewer, owner),
                                List.of(id))
                        .compose(found -> found.isEmpty()
                                ? Future.failedFuture(RunlogException.notFound("There is no workflow " + id
                                        + (owner == null ? "." : " of the owner '" + owner + "'.")))
                                : Future.succeededFuture());
    }

    private CleanupCriteria criteria(RequestCleanup request, @Nullable String owner) {
        if (request.olderThan() == null
                && request.before() == null
                && request.keepLast() == null
                && request.statuses().isEmpty()) {
            throw RunlogException.badInput("Give at least one of 'olderThan', 'before', 'keepLast' and 'status'.");
        }
        checkKeepLast(request.keepLast());
        requireDeletable(request.statuses());
        Instant now = clock.instant();
        Instant before = request.before() == null ? now : request.before();
        if (request.olderThan() != null) {
            if (request.olderThan().isNegative() || request.olderThan().compareTo(KEEP_MAX) > 0) {
                throw RunlogException.badInput(
                        "'olderThan' must be from PT0S to " + KEEP_MAX + ", not " + request.olderThan() + ".");
            }
            Instant bound = now.minus(request.olderThan());
            before = bound.isBefore(before) ? bound : before;
        }
        if (before.isBefore(Instant.EPOCH)) {
            throw RunlogException.badInput("'before' must be after " + Instant.EPOCH + ", not " + before + ".");
        }
        // Ids hold 48 bits of milliseconds; nothing starts later than a little after now anyway.
        Instant latest = now.plus(Duration.ofDays(1));
        return new CleanupCriteria(
                before.isAfter(latest) ? latest : before,
                request.statuses(),
                request.workflowId(),
                owner,
                request.keepLast(),
                request.ignorePolicies());
    }

    private static void checkKeepLast(@Nullable Integer keepLast) {
        if (keepLast != null && (keepLast < 1 || keepLast > KEEP_LAST_MAX)) {
            throw RunlogException.badInput("'keepLast' must be from 1 to " + KEEP_LAST_MAX + ", not " + keepLast + ".");
        }
    }

    private static void requireDeletable(Set<ExecutionStatus> statuses) {
        if (statuses.contains(ExecutionStatus.RUNNING)) {
            throw RunlogException.badInput("Running executions are never deleted; leave RUNNING out of 'status'.");
        }
    }

    private Future<Cleanup> cancelCleanup(CancelCleanup request) {
        return visible(request.viewer(), request.id())
                .compose(known -> known.state().isOver()
                        ? Future.succeededFuture(known)
                        : cleanups.cancel(request.id()).onSuccess(Progress.announcing(bus)));
    }

    private Future<Cleanup> visible(Viewer viewer, UUID id) {
        return cleanups.load(viewer.subject(), requester(viewer), List.of(id))
                .compose(found -> found.isEmpty()
                        ? Future.failedFuture(RunlogException.notFound("There is no cleanup " + id + "."))
                        : Future.succeededFuture(found.get(0)));
    }

    private Future<LoadCleanups.Loaded> loadCleanups(LoadCleanups request) {
        return cleanups.load(request.viewer().subject(), requester(request.viewer()), request.ids())
                .map(LoadCleanups.Loaded::new);
    }

    private Future<ListCleanups.CleanupPage> listCleanups(ListCleanups request) {
        return cleanups.list(request.viewer().subject(), requester(request.viewer()), request.page());
    }

    private Future<RetentionPolicy> setPolicy(SetRetentionPolicy request) {
        Viewer viewer = request.viewer();
        String owner = whose(viewer, request.owner(), request.allOwners());
        requireDeletable(request.statuses());
        Duration keepFor = request.keepFor();
        if (keepFor == null && request.keepLast() == null) {
            throw RunlogException.badInput("Give at least one of 'keepFor' and 'keepLast'.");
        }
        checkKeepLast(request.keepLast());
        if (keepFor != null && (keepFor.compareTo(Duration.ofMinutes(1)) < 0 || keepFor.compareTo(KEEP_MAX) > 0)) {
            throw RunlogException.badInput("'keepFor' must be from PT1M to " + KEEP_MAX + ", not " + keepFor + ".");
        }
        rate.require(viewer.subject());
        return requireWorkflow(viewer, owner, request.workflowId())
                .compose(known -> policies.set(
                        request.workflowId(),
                        owner,
                        request.statuses(),
                        keepFor,
                        request.keepLast(),
                        config.policiesMax()))
                .compose(set -> announceEnded(set.ended()).map(set.policy()));
    }

    /** Who follows a cleanup that ends with its policy hears of it. */
    private Future<Void> announceEnded(List<UUID> ended) {
        return ended.isEmpty()
                ? Future.succeededFuture()
                : cleanups.load(Database.RUNLOG, null, ended)
                        .onSuccess(all -> all.forEach(Progress.announcing(bus)::handle))
                        .mapEmpty();
    }

    private Future<RetentionPolicy> deletePolicy(DeleteRetentionPolicy request) {
        return policies.load(request.viewer().subject(), owner(request.viewer()), List.of(request.id()))
                .compose(found -> {
                    if (found.isEmpty()) {
                        return Future.failedFuture(
                                RunlogException.notFound("There is no policy " + request.id() + "."));
                    }
                    RetentionPolicy policy = found.get(0);
                    if (policy.owner() == null) {
                        request.viewer().require(Scope.OPS);
                    }
                    return policies.delete(policy.id())
                            .compose(this::announceEnded)
                            .map(policy);
                });
    }

    private Future<LoadRetentionPolicies.Loaded> loadPolicies(LoadRetentionPolicies request) {
        return policies.load(request.viewer().subject(), owner(request.viewer()), request.ids())
                .map(found -> new LoadRetentionPolicies.Loaded(asSeenBy(request.viewer(), found)));
    }

    private Future<ListRetentionPolicies.PolicyPage> listPolicies(ListRetentionPolicies request) {
        return policies.list(request.viewer().subject(), owner(request.viewer()), request.page())
                .map(page -> new ListRetentionPolicies.PolicyPage(
                        asSeenBy(request.viewer(), page.policies()), page.ends(), page.total()));
    }

    /** What a policy has left undone over all owners is for operators alone. */
    private static List<RetentionPolicy> asSeenBy(Viewer viewer, List<RetentionPolicy> policies) {
        return viewer.may(Scope.OPS)
                ? policies
                : policies.stream()
                        .map(policy -> policy.owner() == null && policy.workflowId() == null
                                ? policy.withoutBacklog()
                                : policy)
                        .toList();
    }

    private Future<HoldExecution.Done> hold(HoldExecution request) {
        String visible = owner(request.viewer());
        UUID id = request.executionId();
        String reason = request.reason();
        if (reason != null) {
            requireText("reason", reason);
        }
        return policies.hold(visible, id, request.held(), reason, config.holdsMax())
                .compose(owner ->
                        owner.isEmpty() ? Future.succeededFuture(List.of()) : executions.load(owner.get(), List.of(id)))
                .compose(found -> found.isEmpty()
                        ? Future.failedFuture(RunlogException.notFound("There is no execution " + id + "."))
                        : Future.succeededFuture(found.get(0)))
                .onSuccess(this::announce)
                .map(HoldExecution.Done::new);
    }

    private void announce(Execution execution) {
        bus.publish(new ExecutionsChanged(List.of(new Change(execution.status(), execution))));
    }

    /** Whose cleanups a viewer sees: null for everybody's. */
    private static @Nullable String requester(Viewer viewer) {
        return owner(viewer);
    }

    private static @Nullable String owner(Viewer viewer) {
        viewer.require(Scope.CLEANUP, Scope.OPS);
        return viewer.may(Scope.OPS) ? null : viewer.subject();
    }
}
