package dev.runlog.recording.batch;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.event.Target;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.rollup.DailyDelta;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.write.ExecutionLink;
import dev.runlog.storage.write.ExecutionRow;
import dev.runlog.storage.write.Link;
import dev.runlog.storage.write.StoredExecution;
import dev.runlog.storage.write.StoredWorkflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Applies the events of a batch to the locked executions, in order, and collects what to write. Implements the rules of
 * {@code docs/recording.md} without SQL.
 */
final class BatchPlan {
    private final Map<UUID, Draft> drafts = new LinkedHashMap<>();
    private final StepPlan steps;
    private final List<QueuedEvent> batch;
    private final Outcome[] outcomes;
    private final @Nullable Change[] changes;
    private final ExternalIds ids;
    private final Map<Link, Map<UUID, ExecutionLink>> links;
    private final BiFunction<String, WorkflowRef, @Nullable StoredWorkflow> workflows;
    private final Refusals refusals;
    private final Instant now;
    /** Of the event that is being applied. */
    private List<String> warnings = List.of();

    /**
     * Applies the events in order. An invalid event is rejected alone.
     *
     * @param ids the resolved external IDs
     * @param locked the existing rows of the executions in the batch
     * @param links stored links from the executions that the batch names as parents or retried ones
     * @param steps merges the steps of the batch
     * @param workflows finds an owner's workflow by reference; null if there is none
     * @param refusals days and workflows that must not be created
     */
    BatchPlan(
            List<QueuedEvent> batch,
            ExternalIds ids,
            Map<UUID, StoredExecution> locked,
            Map<Link, Map<UUID, ExecutionLink>> links,
            StepPlan steps,
            BiFunction<String, WorkflowRef, @Nullable StoredWorkflow> workflows,
            Refusals refusals,
            Instant now) {
        locked.forEach((id, stored) -> drafts.put(id, Draft.of(stored)));
        this.batch = batch;
        this.outcomes = new Outcome[batch.size()];
        this.changes = new Change[batch.size()];
        this.ids = ids;
        this.links = links;
        this.steps = steps;
        this.workflows = workflows;
        this.refusals = refusals;
        this.now = now;
        for (int i = 0; i < outcomes.length; i++) {
            apply(i, batch.get(i));
        }
    }

    private void apply(int index, QueuedEvent queued) {
        UUID id = ids.idOf(queued.event().target());
        Draft known = id == null ? null : drafts.get(id);
        RunlogException refusal = refusals.of(queued, known != null);
        if (refusal != null) {
            outcomes[index] = Outcome.rejected(refusal);
            return;
        }
        try {
            ExecutionStatus before = known == null ? null : known.head().status();
            warnings = queued.event().warnings();
            Draft draft = known == null ? create(id, queued) : own(queued, known);
            boolean recorded = applyEvent(queued, draft) || known == null;
            Execution head = draft.head();
            Outcome outcome = recorded ? Outcome.recorded(head) : Outcome.duplicate(head);
            outcomes[index] = warnings.isEmpty() ? outcome : outcome.withWarnings(warnings);
            if (recorded) {
                changes[index] = new Change(before, head);
            }
        } catch (RunlogException rejection) {
            outcomes[index] = Outcome.rejected(rejection);
        }
    }

    Collection<ExecutionRow> inserts() {
        return rows(Draft::isNew);
    }

    Collection<ExecutionRow> startsToFill() {
        return rows(Draft::needsStartFilled);
    }

    Collection<ExecutionRow> queuesToFill() {
        return rows(Draft::needsQueueFilled);
    }

    Collection<ExecutionRow> linksToFill() {
        return rows(Draft::needsLinks);
    }

    Collection<ExecutionRow> finishes() {
        return rows(Draft::needsFinish);
    }

    Collection<ExecutionRow> deadlines() {
        return rows(Draft::needsDeadline);
    }

    /** Links from new retries to the executions that they retry. */
    Collection<ExecutionLink> retriesToAdd() {
        return retries(Draft::retryOfToAdd);
    }

    /** Links that the start has replaced. */
    Collection<ExecutionLink> retriesToRemove() {
        return retries(Draft::retryOfToRemove);
    }

    private Collection<ExecutionLink> retries(Function<Draft, @Nullable UUID> retried) {
        List<ExecutionLink> retries = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            UUID retryOf = retried.apply(draft);
            if (retryOf != null) {
                retries.add(new ExecutionLink(draft.head().id(), retryOf, draft.ownerId()));
            }
        }
        return retries;
    }

    /** Executions to add to the list of failures, or to update there. */
    Collection<UUID> idsToList() {
        return ids(Draft::needsListing);
    }

    /** Executions to remove from the list of failures. */
    Collection<UUID> idsToUnlist() {
        return ids(Draft::needsUnlisting);
    }

    Collection<Step> steps() {
        return steps.steps();
    }

    Collection<DailyDelta> deltas() {
        return Draft.deltas(drafts.values());
    }

    Collection<HistogramDelta> durations() {
        return Draft.histograms(drafts.values());
    }

    /** The outcomes of the events, in order. Steps that changed nothing are duplicates. */
    List<Outcome> outcomes(Set<StepId> changedSteps) {
        List<Outcome> settled = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            Execution execution = outcomes[i].execution();
            settled.add(
                    execution != null && isUnchanged(batch.get(i), execution.id(), changedSteps)
                            ? Outcome.duplicate(execution).withWarnings(outcomes[i].warnings())
                            : outcomes[i]);
        }
        return settled;
    }

    /** The changes to announce, in the order of the events. */
    List<Change> changes(Set<StepId> changedSteps) {
        List<Change> announced = new ArrayList<>(changes.length);
        for (int i = 0; i < changes.length; i++) {
            Change change = changes[i];
            if (change != null && !isUnchanged(batch.get(i), change.execution().id(), changedSteps)) {
                announced.add(change);
            }
        }
        return announced;
    }

    private static boolean isUnchanged(QueuedEvent queued, UUID id, Set<StepId> changedSteps) {
        return queued.event() instanceof ValidEvent.Steps recorded
                && recorded.steps().stream().noneMatch(step -> changedSteps.contains(new StepId(id, step.index())));
    }

    /** Creates the execution of an event that is the first to arrive. Fails if the event must not do that. */
    private Draft create(@Nullable UUID id, QueuedEvent queued) {
        ValidEvent event = queued.event();
        if (event.workflow() == null) {
            throw notFound(event);
        }
        StoredWorkflow workflow = workflow(queued.owner(), event.workflow());
        if (event.target().refusal() != null) {
            throw event.target().refusal();
        }
        if (id == null) {
            throw new IllegalStateException("No ID for execution " + event.target());
        }
        ValidEvent.Start start = startOf(event);
        Draft draft = start == null
                ? Draft.withoutStart(id, event, workflow)
                : Draft.started(id, event, start, links(queued, id, workflow.ownerId()), workflow, startTime(event));
        drafts.put(id, draft);
        return draft;
    }

    /** Fails if a known execution has another owner or another workflow than the event. */
    private Draft own(QueuedEvent queued, Draft known) {
        ValidEvent event = queued.event();
        if (!known.head().owner().equals(queued.owner())) {
            throw notFound(event);
        }
        if (event.workflow() != null) {
            requireSame(known, workflow(queued.owner(), event.workflow()));
        }
        return known;
    }

    /** Applies an event; returns whether it changed anything. */
    private boolean applyEvent(QueuedEvent queued, Draft draft) {
        ValidEvent event = queued.event();
        if (event instanceof ValidEvent.Start start) {
            return fillStart(queued, start, draft);
        } else if (event instanceof ValidEvent.Finish finish) {
            return finish(queued, finish, draft);
        } else if (event instanceof ValidEvent.Complete complete) {
            return complete(queued, complete, draft);
        } else if (event instanceof ValidEvent.Steps recorded) {
            warnings = steps.add(draft.head().id(), recorded.steps());
            return true;
        } else {
            return beat(draft);
        }
    }

    private static ValidEvent.@Nullable Start startOf(ValidEvent event) {
        return event instanceof ValidEvent.Start start
                ? start
                : event instanceof ValidEvent.Complete complete ? complete.start() : null;
    }

    private boolean fillStart(QueuedEvent queued, ValidEvent.Start start, Draft draft) {
        boolean isKnown = start.isQueued()
                ? draft.isQueueKnown()
                : draft.isStarted() && (start.queuedAt() == null || draft.isQueueKnown());
        if (isKnown) {
            return false;
        }
        draft.fillStart(start, links(queued, draft.head().id(), draft.ownerId()), startTime(queued.event()));
        return true;
    }

    /** When a queued run started if nothing says it. */
    private Instant startTime(ValidEvent event) {
        return event instanceof ValidEvent.Complete complete ? complete.finish().finishedAt() : now;
    }

    private boolean finish(QueuedEvent queued, ValidEvent.Finish finish, Draft draft) {
        if (!canFinish(draft, finish)) {
            return false;
        }
        draft.link(links(queued, draft.head().id(), draft.ownerId()));
        draft.finish(finish);
        return true;
    }

    /** Records both or neither: a contradicting finish fails before the start is applied. */
    private boolean complete(QueuedEvent queued, ValidEvent.Complete complete, Draft draft) {
        boolean finishes = canFinish(draft, complete.finish());
        boolean started = fillStart(queued, complete.start(), draft);
        if (finishes) {
            draft.finish(complete.finish());
        }
        return finishes || started;
    }

    /** The executions that an event names, resolved. */
    private Links links(QueuedEvent queued, UUID id, int ownerId) {
        ValidEvent event = queued.event();
        return event.parent() == null && event.retryOf() == null
                ? Links.NONE
                : new Links(
                        linked(Link.PARENT, event.parent(), id, ownerId),
                        linked(Link.RETRY, event.retryOf(), id, ownerId));
    }

    /** The ID of an execution that an event names; null, with a warning, if the link would close a cycle. */
    private @Nullable UUID linked(Link link, @Nullable Target named, UUID id, int ownerId) {
        UUID namedId = named == null ? null : ids.idOf(named);
        if (named == null) {
            return null;
        }
        if (namedId != null && !closesCycle(link, id, namedId, ownerId)) {
            return namedId;
        }
        warnings = new ArrayList<>(warnings);
        warnings.add((named.hash() == null ? link.idMember() : link.externalIdMember()) + " ignored: "
                + (namedId == null
                        ? "it is not recorded yet, and the event has no workflow."
                        : "it would close a cycle."));
        return null;
    }

    private boolean closesCycle(Link link, UUID id, UUID namedId, int ownerId) {
        Map<UUID, ExecutionLink> known = links.getOrDefault(link, Map.of());
        UUID at = namedId;
        for (int left = drafts.size() + known.size(); at != null && left >= 0; left--) {
            if (at.equals(id)) {
                return true;
            }
            at = next(link, known, at, ownerId);
        }
        return false;
    }

    /** An owner's links do not go through the executions of others. */
    private @Nullable UUID next(Link link, Map<UUID, ExecutionLink> known, UUID id, int ownerId) {
        Draft draft = drafts.get(id);
        if (draft != null) {
            return draft.ownerId() == ownerId ? link.of(draft.head()) : null;
        }
        ExecutionLink stored = known.get(id);
        return stored != null && stored.ownerId() == ownerId ? stored.to() : null;
    }

    private boolean beat(Draft known) {
        if (known.head().status() == ExecutionStatus.CRASHED) {
            throw RunlogException.conflict(
                    "Execution " + known.head().id() + " is CRASHED; only its finish is accepted.");
        }
        return known.beat(now);
    }

    /** Whether the execution can still finish; fails with {@code CONFLICT} if it has finished with another status. */
    private static boolean canFinish(Draft known, ValidEvent.Finish finish) {
        ExecutionStatus status = known.head().status();
        if (status.isOpen() || status == ExecutionStatus.CRASHED) {
            return true;
        }
        if (status != finish.status()) {
            throw RunlogException.conflict("Execution " + known.head().id() + " is already " + status
                    + " and cannot become " + finish.status() + ".");
        }
        return false;
    }

    private StoredWorkflow workflow(String owner, WorkflowRef reference) {
        StoredWorkflow workflow = workflows.apply(owner, reference);
        if (workflow == null) {
            throw RunlogException.notFound(
                    "Workflow not found: " + (reference.id() == null ? reference.key() : reference.id()) + ".");
        }
        return workflow;
    }

    private static void requireSame(Draft known, StoredWorkflow workflow) {
        if (!known.head().workflowId().equals(workflow.workflow().id())) {
            throw RunlogException.conflict("Execution " + known.head().id() + " does not belong to workflow "
                    + workflow.workflow().key() + ".");
        }
    }

    private Collection<ExecutionRow> rows(Predicate<Draft> condition) {
        List<ExecutionRow> rows = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            if (condition.test(draft)) {
                rows.add(draft.row());
            }
        }
        return rows;
    }

    private Collection<UUID> ids(Predicate<Draft> condition) {
        List<UUID> ids = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            if (condition.test(draft)) {
                ids.add(draft.head().id());
            }
        }
        return ids;
    }

    private static RunlogException notFound(ValidEvent event) {
        return RunlogException.notFound("Execution not found: " + event.target() + ".");
    }
}
