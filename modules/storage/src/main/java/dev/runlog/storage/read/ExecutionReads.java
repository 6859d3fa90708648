package dev.runlog.storage.read;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.ListSteps.StepPage;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.known.KnownWorkflows;
import dev.runlog.storage.known.Owner;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Reads executions and their steps for viewers. */
public final class ExecutionReads {
    private static final int OWNERS_MAX = 1000;
    private static final ReadLimits OCCASIONAL = new ReadLimits(Duration.ofSeconds(1), 20_000);

    private final Database database;
    private final KnownOwners owners;
    private final KnownWorkflows workflows;
    private final Reach reach;
    private final SliceScan slices;
    private final ExecutionPages pages;
    private final ExecutionCounts counts;
    private final ExecutionsById byId;
    private final StepReads steps;

    /**
     * Reads with caches that the event loops share.
     *
     * @param nanoTime measures time as {@link System#nanoTime} does
     */
    public ExecutionReads(
            Database database,
            KnownOwners owners,
            KnownWorkflows workflows,
            ReadLimits limits,
            Clock clock,
            LongSupplier nanoTime) {
        this(
                database,
                owners,
                workflows,
                new Reach(clock),
                new SliceScan(database, Allowance.UNLIMITED, limits, nanoTime),
                Allowance.UNLIMITED);
    }

    /** Reads with caches of its own, for occasional reads. */
    public ExecutionReads(Database database, Clock clock) {
        this(
                database,
                new KnownOwners(OWNERS_MAX),
                new KnownWorkflows(OWNERS_MAX, Duration.ZERO),
                OCCASIONAL,
                clock,
                System::nanoTime);
    }

    private ExecutionReads(
            Database database,
            KnownOwners owners,
            KnownWorkflows workflows,
            Reach reach,
            SliceScan slices,
            Allowance allowance) {
        this.database = database;
        this.owners = owners;
        this.workflows = workflows;
        this.reach = reach;
        this.slices = slices;
        this.pages = new ExecutionPages(database, reach, slices, allowance);
        this.counts = new ExecutionCounts(database, slices);
        this.byId = new ExecutionsById(database, allowance);
        this.steps = new StepReads(database, allowance);
    }

    /** Returns reads for a response with an allowance; each row is taken from it. */
    public ExecutionReads within(Allowance given) {
        return new ExecutionReads(database, owners, workflows, reach, slices.within(given), given);
    }

    /**
     * Reads a page of an owner's executions. With a count, the same statement returns it if the rollups suffice; only an
     * empty page after a cursor has none then.
     */
    public Future<ExecutionPage<Execution>> list(
            String owner, ExecutionQuery query, PageRequest page, boolean withCount) {
        return ofOwned(
                owner,
                query,
                ExecutionPages.none(withCount),
                (known, owned) -> pages.list(known, owned, page, withCount));
    }

    /** Reads the same page as outlines. */
    public Future<ExecutionPage<ExecutionOutline>> listOutlines(
            String owner, ExecutionQuery query, PageRequest page, boolean withCount) {
        return ofOwned(
                owner,
                query,
                ExecutionPages.none(withCount),
                (known, owned) -> pages.listOutlines(known, owned, page, withCount));
    }

    /** Reads the same page for each of an owner's workflows or parent executions. */
    public Future<Map<UUID, ExecutionPage<Execution>>> listOf(
            String owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        return of(owner, known -> pages.listOf(known, parent, ids, query, page));
    }

    /**
     * Counts the executions of a query: from the rollups if these suffice, else row by row up to a limit. Never
     * estimates.
     */
    public Future<Count> count(String owner, ExecutionQuery query, int rowsMax) {
        return ofOwned(owner, query, Count.exactly(0), (known, owned) -> counts.count(known, owned, rowsMax));
    }

    /** The same count for each of an owner's workflows or parent executions. */
    public Future<Map<UUID, Count>> countOf(
            String owner, Parent parent, List<UUID> ids, ExecutionQuery query, int rowsMax) {
        return of(owner, known -> counts.countOf(known, parent, ids, query, rowsMax));
    }

    /**
     * Counts the executions of a query by status and by start, reading all its rows.
     *
     * @param starts the ascending start times of the groups; executions before the first one are not counted
     * @return a group for each start; null if that takes too long
     */
    public Future<@Nullable List<StatusCounts>> group(String owner, ExecutionQuery query, List<Instant> starts) {
        return ofOwned(
                owner,
                query,
                Collections.nCopies(starts.size(), StatusCounts.NONE),
                (known, owned) -> slices.group(known, Source.of(owned), starts, slices.deadline()));
    }

    private <T> Future<T> of(String owner, Function<Owner, Future<T>> read) {
        return owners.get(database, owner).compose(read);
    }

    /** Reads those workflows of the query that belong to the owner. */
    private <T extends @Nullable Object> Future<T> ofOwned(
            String owner, ExecutionQuery query, T nothing, BiFunction<Owner, ExecutionQuery, Future<T>> read) {
        if (query.matchesNothing()) {
            return Future.succeededFuture(nothing);
        }
        Set<UUID> ids = query.workflowIds();
        return of(
                owner,
                known -> ids.isEmpty()
                        ? read.apply(known, query)
                        : workflows.owned(database, known, ids).compose(owned -> {
                            if (owned.isEmpty()) {
                                return Future.succeededFuture(nothing);
                            }
                            return read.apply(known, owned.size() == ids.size() ? query : query.ofWorkflows(owned));
                        }));
    }

    /** Returns the executions that belong to the owner, with some of their large parts. */
    public Future<List<Execution>> load(String owner, List<UUID> ids, Set<ExecutionPart> parts) {
        return of(owner, known -> byId.load(known, ids, parts));
    }

    /** Returns the owner's execution with an external ID; null if there is none. */
    public Future<@Nullable Execution> find(String owner, ExternalId externalId) {
        return of(owner, known -> byId.find(known, externalId));
    }

    /** Reads the given large parts of an owner's executions; other parts are null. */
    public Future<List<ExecutionDetail>> loadDetails(String owner, List<UUID> ids, Set<ExecutionPart> parts) {
        return of(owner, known -> byId.loadDetails(known, ids, parts));
    }

    /** Returns the hold reasons of an owner's executions; executions without one are missing. */
    public Future<Map<UUID, String>> loadHoldReasons(String owner, List<UUID> ids) {
        return of(owner, known -> byId.loadHoldReasons(known, ids));
    }

    /**
     * Reads the same page of steps for each of an owner's executions.
     *
     * @param parts the large parts that are read; others are null
     */
    public Future<Map<UUID, StepPage>> listSteps(
            String owner, List<UUID> ids, PageRequest page, Set<StepPart> parts, boolean withTotal) {
        return of(owner, known -> steps.list(known, ids, page, parts, withTotal));
    }

    /** Reads steps of an owner's executions. */
    public Future<List<Step>> loadSteps(String owner, List<StepId> ids) {
        return of(owner, known -> steps.load(known, ids));
    }
}
