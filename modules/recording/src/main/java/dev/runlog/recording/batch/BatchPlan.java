package dev.runlog.recording.batch;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.WorkflowRef;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.rollup.DailyDelta;
import dev.runlog.storage.rollup.DurationDelta;
import dev.runlog.storage.write.ExecutionRow;
import dev.runlog.storage.write.StepKey;
import dev.runlog.storage.write.StoredExecution;
import dev.runlog.storage.write.StoredWorkflow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
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
 * section "Recording" of ARCHITECTURE.md without SQL.
 */
final class BatchPlan {
    private final Map<UUID, Draft> drafts = new LinkedHashMap<>();
    private final Map<StepKey, Step> steps = new LinkedHashMap<>();
    private final List<QueuedEvent> batch;
    private final Outcome[] outcomes;
    private final @Nullable Change[] changes;
    private final BiFunction<String, WorkflowRef, @Nullable StoredWorkflow> workflows;
    private final Refusals refusals;
    private final Instant now;

    /**
     * Applies the events in order. An invalid event is rejected alone.
     *
     * @param locked the existing rows of the executions in the batch
     * @param workflows finds an owner's workflow by reference; null if there is none
     * @param refusals days and workflows that must not be created
     */
    BatchPlan(
            List<QueuedEvent> batch,
            Map<UUID, StoredExecution> locked,
            BiFunction<String, WorkflowRef, @Nullable StoredWorkflow> workflows,
            Refusals refusals,
            Instant now) {
        locked.forEach((id, stored) -> drafts.put(id, Draft.of(stored)));
        this.batch = batch;
        this.outcomes = new Outcome[batch.size()];
        this.changes = new Change[batch.size()];
        this.workflows = workflows;
        this.refusals = refusals;
        this.now = now;
        for (int i = 0; i < outcomes.length; i++) {
            apply(i, batch.get(i));
        }
    }

    private void apply(int index, QueuedEvent queued) {
        RunlogException refusal = refusals.of(queued);
        if (refusal != null) {
            outcomes[index] = Outcome.rejected(refusal);
            return;
        }
        try {
            Draft known = drafts.get(queued.event().executionId());
            ExecutionStatus before = known == null ? null : known.head().status();
            boolean recorded = applyEvent(queued.owner(), queued.event(), known);
            Execution head = draft(queued.event().executionId()).head();
            outcomes[index] = recorded ? Outcome.recorded(head) : Outcome.duplicate(head);
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

    Collection<ExecutionRow> finishes() {
        return rows(Draft::needsFinish);
    }

    Collection<ExecutionRow> deadlines() {
        return rows(Draft::needsDeadline);
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
        return steps.values();
    }

    Collection<DailyDelta> deltas() {
        return Draft.deltas(drafts.values());
    }

    Collection<DurationDelta> durations() {
        return Draft.durations(drafts.values());
    }

    /** The outcomes of the events, in order. Steps that changed nothing are duplicates. */
    List<Outcome> outcomes(Set<StepKey> changedSteps) {
        List<Outcome> settled = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            Execution execution = outcomes[i].execution();
            settled.add(
                    execution != null && isUnchanged(batch.get(i), changedSteps)
                            ? Outcome.duplicate(execution)
                            : outcomes[i]);
        }
        return settled;
    }

    /** The changes to announce, in the order of the events. */
    List<Change> changes(Set<StepKey> changedSteps) {
        List<Change> announced = new ArrayList<>(changes.length);
        for (int i = 0; i < changes.length; i++) {
            Change change = changes[i];
            if (change != null && !isUnchanged(batch.get(i), changedSteps)) {
                announced.add(change);
            }
        }
        return announced;
    }

    private static boolean isUnchanged(QueuedEvent queued, Set<StepKey> changedSteps) {
        return queued.event() instanceof ValidEvent.Steps recorded
                && recorded.steps().stream()
                        .noneMatch(step -> changedSteps.contains(new StepKey(step.executionId(), step.index())));
    }

    /** Applies an event; returns whether it changed anything. */
    private boolean applyEvent(String owner, ValidEvent event, @Nullable Draft known) {
        if (known != null && !known.head().owner().equals(owner)) {
            throw notFound(event.executionId());
        }
        if (event instanceof ValidEvent.Start start) {
            return start(owner, start, known);
        } else if (event instanceof ValidEvent.Finish finish) {
            return finish(owner, finish, known);
        } else if (event instanceof ValidEvent.Complete complete) {
            return complete(owner, complete, known);
        } else if (known == null) {
            throw notFound(event.executionId());
        } else if (event instanceof ValidEvent.Steps recorded) {
            recorded.steps().forEach(this::addStep);
            return true;
        } else {
            return beat(known);
        }
    }

    private boolean start(String owner, ValidEvent.Start start, @Nullable Draft known) {
        StoredWorkflow workflow = workflow(owner, start.workflow());
        if (known == null) {
            drafts.put(start.executionId(), Draft.started(start, workflow, now));
            return true;
        }
        requireSame(known, workflow);
        if (known.isStartKnown()) {
            return false;
        }
        known.fillStart(start);
        return true;
    }

    private boolean finish(String owner, ValidEvent.Finish finish, @Nullable Draft known) {
        if (known == null) {
            if (finish.workflow() == null) {
                throw notFound(finish.executionId());
            }
            drafts.put(finish.executionId(), Draft.finishedFirst(finish, workflow(owner, finish.workflow())));
            return true;
        }
        if (finish.workflow() != null) {
            requireSame(known, workflow(owner, finish.workflow()));
        }
        if (!canFinish(known, finish)) {
            return false;
        }
        known.finish(finish);
        return true;
    }

    /** Records both or neither: a contradicting finish fails before the start is applied. */
    private boolean complete(String owner, ValidEvent.Complete complete, @Nullable Draft known) {
        if (known != null) {
            canFinish(known, complete.finish());
        }
        boolean started = start(owner, complete.start(), known);
        boolean finished = finish(owner, complete.finish(), draft(complete.executionId()));
        return started || finished;
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
        if (status == ExecutionStatus.RUNNING || status == ExecutionStatus.CRASHED) {
            return true;
        }
        if (status != finish.status()) {
            throw RunlogException.conflict("Execution " + finish.executionId() + " is already " + status
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

    /** A finished step stays as it is; a running one takes the values that are set. */
    private void addStep(Step step) {
        steps.merge(
                new StepKey(step.executionId(), step.index()),
                step,
                (known, update) -> known.status() == StepStatus.RUNNING ? updated(known, update) : known);
    }

    private static Step updated(Step known, Step update) {
        return Step.builder(update.executionId(), update.index(), update.name(), update.status())
                .kind(either(update.kind(), known.kind()))
                .startedAt(either(update.startedAt(), known.startedAt()))
                .finishedAt(either(update.finishedAt(), known.finishedAt()))
                .input(either(update.input(), known.input()))
                .output(either(update.output(), known.output()))
                .error(either(update.error(), known.error()))
                .truncated(merged(update, known, Step::truncated))
                .sanitized(merged(update, known, Step::sanitized))
                .redacted(merged(update, known, Step::redacted))
                .build();
    }

    /** The marks of the merged step: those of the update, and those of the known values that it keeps. */
    private static Set<StepPart> merged(Step update, Step known, Function<Step, Set<StepPart>> marks) {
        if (marks.apply(known).isEmpty()) {
            return marks.apply(update);
        }
        Set<StepPart> merged = EnumSet.noneOf(StepPart.class);
        merged.addAll(marks.apply(update));
        for (StepPart part : marks.apply(known)) {
            boolean kept =
                    switch (part) {
                        case NAME -> false;
                        case KIND -> update.kind() == null;
                        case INPUT -> update.input() == null;
                        case OUTPUT -> update.output() == null;
                        case ERROR -> update.error() == null;
                    };
            if (kept) {
                merged.add(part);
            }
        }
        return merged;
    }

    private static <T> @Nullable T either(@Nullable T update, @Nullable T known) {
        return update == null ? known : update;
    }

    private Draft draft(UUID id) {
        Draft draft = drafts.get(id);
        if (draft == null) {
            throw new IllegalStateException("No draft of execution " + id);
        }
        return draft;
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

    private static RunlogException notFound(UUID id) {
        return RunlogException.notFound("Execution not found: " + id + ".");
    }
}
