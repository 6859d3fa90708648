package dev.runlog.recording;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.WorkflowRef;
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
 * Applies the events of a batch, in their order, to the executions as they are locked, and tells what is to be written.
 * The rules of section "Recording" of ARCHITECTURE.md stand here, free of SQL and of time that passes.
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
     * Applies the events in their order; what is wrong with one of them costs only itself.
     *
     * @param locked the rows that exist among those that the events are about
     * @param workflows an owner's workflow of a reference; null where there is none
     * @param refusals what may not be made
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
            boolean recorded = applied(queued.owner(), queued.event(), known);
            Execution head = draft(queued.event().executionId()).head();
            outcomes[index] = recorded ? Outcome.recorded(head) : Outcome.duplicate(head);
            if (recorded) {
                changes[index] = new Change(before, head);
            }
        } catch (RunlogException refused) {
            outcomes[index] = Outcome.rejected(refused);
        }
    }

    Collection<ExecutionRow> inserts() {
        return rows(Draft::isNew);
    }

    Collection<ExecutionRow> startsToFill() {
        return rows(Draft::needsFillStart);
    }

    Collection<ExecutionRow> finishes() {
        return rows(Draft::needsFinish);
    }

    Collection<ExecutionRow> deadlines() {
        return rows(Draft::needsDeadline);
    }

    /** Executions that are to stand in the list of what did not end well. */
    Collection<UUID> toList() {
        return ids(Draft::needsListing);
    }

    /** Executions that are to stand there no longer. */
    Collection<UUID> toUnlist() {
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

    /** How the events fared, in their order; steps that said nothing new are duplicates. */
    List<Outcome> outcomes(Set<StepKey> changedSteps) {
        List<Outcome> fared = new ArrayList<>(outcomes.length);
        for (int i = 0; i < outcomes.length; i++) {
            Execution execution = outcomes[i].execution();
            fared.add(
                    execution != null && isUnchanged(batch.get(i), changedSteps)
                            ? Outcome.duplicate(execution)
                            : outcomes[i]);
        }
        return fared;
    }

    /** What is to be announced: what changed something, in the order of the events. */
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

    /** Returns whether the event changes anything. */
    private boolean applied(String owner, ValidEvent event, @Nullable Draft known) {
        if (known != null && !known.head().owner().equals(owner)) {
            throw unknown(event.executionId());
        }
        if (event instanceof ValidEvent.Start start) {
            return start(owner, start, known);
        } else if (event instanceof ValidEvent.Finish finish) {
            return finish(owner, finish, known);
        } else if (event instanceof ValidEvent.Complete complete) {
            return complete(owner, complete, known);
        } else if (known == null) {
            throw unknown(event.executionId());
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
                throw unknown(finish.executionId());
            }
            drafts.put(finish.executionId(), Draft.finishedFirst(finish, workflow(owner, finish.workflow())));
            return true;
        }
        if (finish.workflow() != null) {
            requireSame(known, workflow(owner, finish.workflow()));
        }
        if (!isOpenTo(known, finish)) {
            return false;
        }
        known.finish(finish);
        return true;
    }

    /** Both ends or neither: a finish that contradicts leaves the start alone too. */
    private boolean complete(String owner, ValidEvent.Complete complete, @Nullable Draft known) {
        if (known != null) {
            isOpenTo(known, complete.finish());
        }
        boolean started = start(owner, complete.start(), known);
        boolean finished = finish(owner, complete.finish(), draft(complete.executionId()));
        return started || finished;
    }

    private boolean beat(Draft known) {
        if (known.head().status() == ExecutionStatus.CRASHED) {
            throw RunlogException.conflict("Execution " + known.head().id()
                    + " counts as CRASHED, as no heartbeat came in time; only its finish is taken.");
        }
        return known.beat(now);
    }

    /** Whether a finish is news; fails with {@code CONFLICT} where the execution ended differently. */
    private static boolean isOpenTo(Draft known, ValidEvent.Finish finish) {
        ExecutionStatus status = known.head().status();
        if (status == ExecutionStatus.RUNNING || status == ExecutionStatus.CRASHED) {
            return true;
        }
        if (status != finish.status()) {
            throw RunlogException.conflict("Execution " + finish.executionId() + " is " + status
                    + " already and cannot become " + finish.status() + ".");
        }
        return false;
    }

    private StoredWorkflow workflow(String owner, WorkflowRef reference) {
        StoredWorkflow workflow = workflows.apply(owner, reference);
        if (workflow == null) {
            throw RunlogException.notFound(
                    "There is no workflow " + (reference.id() == null ? reference.key() : reference.id()) + ".");
        }
        return workflow;
    }

    private static void requireSame(Draft known, StoredWorkflow workflow) {
        if (!known.head().workflowId().equals(workflow.workflow().id())) {
            throw RunlogException.conflict("Execution " + known.head().id() + " is of another workflow than "
                    + workflow.workflow().key() + ".");
        }
    }

    /** A step that is over stays as it is; one that runs takes over what is set. */
    private void addStep(Step step) {
        steps.merge(
                new StepKey(step.executionId(), step.index()),
                step,
                (known, news) -> known.status() != StepStatus.RUNNING
                        ? known
                        : new Step(
                                news.executionId(),
                                news.index(),
                                news.name(),
                                either(news.kind(), known.kind()),
                                news.status(),
                                either(news.startedAt(), known.startedAt()),
                                either(news.finishedAt(), known.finishedAt()),
                                either(news.input(), known.input()),
                                either(news.output(), known.output()),
                                either(news.error(), known.error()),
                                merged(news, known, Step::truncated),
                                merged(news, known, Step::sanitized),
                                merged(news, known, Step::redacted)));
    }

    /** The marks of the values that both together have: those of the news, and of what is kept as they lack it. */
    private static Set<StepPart> merged(Step news, Step known, Function<Step, Set<StepPart>> marks) {
        if (marks.apply(known).isEmpty()) {
            return marks.apply(news);
        }
        Set<StepPart> merged = EnumSet.noneOf(StepPart.class);
        merged.addAll(marks.apply(news));
        for (StepPart part : marks.apply(known)) {
            boolean kept =
                    switch (part) {
                        case NAME -> false;
                        case KIND -> news.kind() == null;
                        case INPUT -> news.input() == null;
                        case OUTPUT -> news.output() == null;
                        case ERROR -> news.error() == null;
                    };
            if (kept) {
                merged.add(part);
            }
        }
        return merged;
    }

    private static <T> @Nullable T either(@Nullable T news, @Nullable T known) {
        return news == null ? known : news;
    }

    private Draft draft(UUID id) {
        Draft draft = drafts.get(id);
        if (draft == null) {
            throw new IllegalStateException("No draft of " + id);
        }
        return draft;
    }

    private Collection<ExecutionRow> rows(Predicate<Draft> which) {
        List<ExecutionRow> rows = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            if (which.test(draft)) {
                rows.add(draft.row());
            }
        }
        return rows;
    }

    private Collection<UUID> ids(Predicate<Draft> which) {
        List<UUID> ids = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            if (which.test(draft)) {
                ids.add(draft.head().id());
            }
        }
        return ids;
    }

    private static RunlogException unknown(UUID id) {
        return RunlogException.notFound("There is no execution " + id + ".");
    }
}
