package dev.runlog.recording.batch;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.text.DurationText;
import dev.runlog.recording.event.Alterations;
import dev.runlog.recording.event.Fingerprint;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.storage.rollup.DailyDelta;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.write.ExecutionRow;
import dev.runlog.storage.write.StoredExecution;
import dev.runlog.storage.write.StoredExecution.Start;
import dev.runlog.storage.write.StoredWorkflow;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An execution while the events of a batch are applied to it. Knows what to write afterwards. */
final class Draft {
    private StoredExecution stored;
    private ExecutionDetail detail;
    private final @Nullable Execution before;
    private boolean startFilled;
    private boolean queueFilled;
    private boolean linked;
    private boolean finished;
    private boolean deadlineMoved;

    private Draft(StoredExecution stored, @Nullable Execution before) {
        this.stored = stored;
        this.before = before;
        this.detail = new ExecutionDetail(stored.head().id(), null, null, null, null);
    }

    /** An existing execution, from its locked row. */
    static Draft of(StoredExecution stored) {
        return new Draft(stored, stored.head());
    }

    /** A new execution, from its start or from when it was queued. */
    static Draft started(
            UUID id, ValidEvent event, ValidEvent.Start start, Links links, StoredWorkflow workflow, Instant now) {
        Duration timeout = start.heartbeatTimeout();
        Instant startedAt = start.startedAt() == null && start.queuedAt() != null ? now : start.startedAt();
        Execution head = builder(id, event, workflow)
                .status(start.isQueued() ? ExecutionStatus.QUEUED : ExecutionStatus.RUNNING)
                .queuedAt(start.queuedAt())
                .startedAt(start.isQueued() ? null : startedAt)
                .trigger(start.trigger())
                .attempt(start.attempt())
                .parentId(links.parentId())
                .retryOf(links.retryOf())
                .labels(start.labels())
                .heartbeatDeadline(timeout == null || start.isQueued() ? null : now.plus(timeout), timeout)
                .truncated(start.altered().truncated())
                .sanitized(start.altered().sanitized())
                .redacted(start.altered().redacted())
                .build();
        Draft draft = new Draft(new StoredExecution(head, workflow.ownerId(), known(start), timeout), null);
        draft.detail = new ExecutionDetail(id, start.payload(), null, null, null);
        return draft;
    }

    /** A new execution, from an event that arrived before its start. */
    static Draft withoutStart(UUID id, ValidEvent event, StoredWorkflow workflow) {
        Execution running = builder(id, event, workflow).build();
        return new Draft(new StoredExecution(running, workflow.ownerId(), Start.UNKNOWN, null), null);
    }

    private static Start known(ValidEvent.Start start) {
        return start.isQueued() ? Start.UNKNOWN : start.startedAt() == null ? Start.WITHOUT_TIME : Start.WITH_TIME;
    }

    private static Execution.Builder builder(UUID id, ValidEvent event, StoredWorkflow workflow) {
        return Execution.running(
                        id, workflow.workflow().id(), workflow.workflow().owner())
                .externalId(event.target().externalId());
    }

    Execution head() {
        return stored.head();
    }

    /** Whether a start has nothing to add, except when it was queued. */
    boolean isStarted() {
        return stored.start() != Start.UNKNOWN;
    }

    /** Whether it is known when it was queued. */
    boolean isQueueKnown() {
        return head().queuedAt() != null;
    }

    boolean isNew() {
        return before == null;
    }

    int ownerId() {
        return stored.ownerId();
    }

    /**
     * Adds a start or queue time that arrived after other events of the execution. Its values take precedence.
     */
    void fillStart(ValidEvent.Start start, Links links, Instant now) {
        Execution head = head();
        boolean queued = start.isQueued();
        boolean runs = head.status() == ExecutionStatus.RUNNING || head.status() == ExecutionStatus.QUEUED && !queued;
        Instant startedAt =
                queued ? head.startedAt() : firstOf(start.startedAt(), head.startedAt(), head.finishedAt(), now);
        Duration timeout = either(queued, start.heartbeatTimeout(), stored.heartbeatTimeout());
        Instant deadline =
                timeout == null || !runs ? null : either(queued, now.plus(timeout), head.heartbeatDeadline());
        Alterations known = Alterations.of(head);
        boolean isRepeated = queued ? stored.start() != Start.UNKNOWN : isQueueKnown();
        Execution filled = with(isRepeated ? known.merge(start.altered()) : known.plus(start.altered()))
                .status(runs ? ExecutionStatus.RUNNING : head.status())
                .queuedAt(firstOf(head.queuedAt(), start.queuedAt()))
                .startedAt(startedAt)
                .finishedAt(head.finishedAt() == null ? null : notBefore(startedAt, head.finishedAt()))
                .trigger(either(queued, start.trigger(), head.trigger()))
                .attempt(Math.max(start.attempt(), head.attempt()))
                .parentId(either(queued, links.parentId(), head.parentId()))
                .retryOf(either(queued, links.retryOf(), head.retryOf()))
                .labels(
                        head.labels().isEmpty() || !queued && !start.labels().isEmpty()
                                ? start.labels()
                                : head.labels())
                .heartbeatDeadline(deadline, timeout)
                .build();
        stored = new StoredExecution(filled, stored.ownerId(), queued ? stored.start() : known(start), timeout);
        detail = new ExecutionDetail(
                head.id(),
                either(queued, start.payload(), detail.payload()),
                detail.result(),
                detail.errorDetails(),
                detail.stackTrace());
        deadlineMoved |= !Objects.equals(deadline, head.heartbeatDeadline());
        startFilled |= !queued;
        queueFilled |= queued;
    }

    /** Prefers the value of an event that adds a start, and the known one if the event is about the queue. */
    private static <T> @Nullable T either(boolean queued, @Nullable T added, @Nullable T known) {
        return queued ? firstOf(known, added) : firstOf(added, known);
    }

    @SafeVarargs
    private static <T> @Nullable T firstOf(@Nullable T... values) {
        for (T value : values) {
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** Adds what a finish names. Where the start says something else, the start is right. */
    void link(Links links) {
        UUID parentId = firstOf(head().parentId(), links.parentId());
        UUID retryOf = firstOf(head().retryOf(), links.retryOf());
        if (!Objects.equals(parentId, head().parentId()) || !Objects.equals(retryOf, head().retryOf())) {
            replaceHead(head().toBuilder().parentId(parentId).retryOf(retryOf).build());
            linked = true;
        }
    }

    /** Ends it. A finish before the start counts as the start. */
    void finish(ValidEvent.Finish finish) {
        Instant startedAt = startedAt(finish);
        end(
                finish.status(),
                startedAt,
                notBefore(startedAt, finish.finishedAt()),
                finish.errorType(),
                finish.errorMessage(),
                finish.errorFingerprint(),
                Alterations.of(head()).plus(finish.altered()));
        detail = new ExecutionDetail(
                head().id(), detail.payload(), finish.result(), finish.errorDetails(), finish.stackTrace());
    }

    private @Nullable Instant startedAt(ValidEvent.Finish finish) {
        Instant known = head().startedAt();
        if (finish.startedAt() != null && stored.start() != Start.WITH_TIME) {
            return finish.startedAt();
        }
        // Until the start arrives, an ID that recording assigned has only the time of the first event.
        boolean isEstimate = stored.start() == Start.UNKNOWN && head().externalId() != null;
        Instant best = Ids.timeOf(finish.target().id());
        return isEstimate && known != null && best.isBefore(known) ? best : known;
    }

    private Instant notBefore(@Nullable Instant startedAt, Instant finishedAt) {
        Instant earliest = startedAt == null ? Ids.timeOf(head().id()) : startedAt;
        return finishedAt.isBefore(earliest) ? earliest : finishedAt;
    }

    /** Marks it as crashed at its heartbeat deadline. */
    void crash() {
        Instant deadline = head().heartbeatDeadline();
        if (deadline == null) {
            throw new IllegalStateException("No heartbeat deadline: " + head().id());
        }
        Instant start = start();
        crash(
                deadline.isBefore(start) ? start : deadline,
                "HeartbeatTimeout",
                "No heartbeat received before " + deadline + ".");
    }

    /** Marks an execution without heartbeats as crashed at the end of the maximum run time. */
    void crashAfter(Duration runTimeMax) {
        crash(
                start().plus(runTimeMax),
                "RunTimeout",
                "No finish received within " + DurationText.of(runTimeMax) + ", and heartbeats are off.");
    }

    /** Marks an execution as crashed that was not started within the maximum time in a queue. */
    void crashInQueue(Duration queuedTimeMax) {
        Instant queuedAt = head().queuedAt();
        crash(
                (queuedAt == null ? start() : queuedAt).plus(queuedTimeMax),
                "QueueTimeout",
                "Not started within " + DurationText.of(queuedTimeMax) + ".");
    }

    private Instant start() {
        Instant startedAt = head().startedAt();
        return startedAt == null ? Ids.timeOf(head().id()) : startedAt;
    }

    private void crash(Instant at, String type, String message) {
        end(
                ExecutionStatus.CRASHED,
                head().startedAt(),
                // Cursors in the order of finishes hold milliseconds.
                at.truncatedTo(ChronoUnit.MILLIS),
                type,
                message,
                Fingerprint.of(type, message, null),
                Alterations.of(head()));
    }

    /** Extends the heartbeat deadline; returns false if there is none. */
    boolean beat(Instant now) {
        Duration timeout = stored.heartbeatTimeout();
        if (head().status() != ExecutionStatus.RUNNING || timeout == null) {
            return false;
        }
        replaceHead(
                head().toBuilder().heartbeatDeadline(now.plus(timeout), timeout).build());
        deadlineMoved = true;
        return true;
    }

    ExecutionRow row() {
        return new ExecutionRow(stored, detail);
    }

    boolean needsStartFilled() {
        return !isNew() && startFilled;
    }

    boolean needsQueueFilled() {
        return !isNew() && queueFilled && !startFilled;
    }

    boolean needsLinks() {
        return !isNew() && linked && !startFilled && !queueFilled;
    }

    /** The execution that it repeats, if that is to be written. */
    @Nullable
    UUID retryOfToAdd() {
        return isNew() || startFilled || queueFilled || linked ? head().retryOf() : null;
    }

    /** The execution that it repeated until the start named another one. */
    @Nullable
    UUID retryOfToRemove() {
        return before == null || Objects.equals(before.retryOf(), head().retryOf()) ? null : before.retryOf();
    }

    boolean needsFinish() {
        return !isNew() && finished;
    }

    boolean needsDeadline() {
        return !isNew() && deadlineMoved && !finished;
    }

    /** Whether it must be added to the list of failures or updated there. */
    boolean needsListing() {
        return head().status().isUnsuccessful() && (isNew() || startFilled || queueFilled || finished);
    }

    /** Whether it was listed as a failure and has succeeded since. */
    boolean needsUnlisting() {
        return before != null
                && before.status().isUnsuccessful()
                && !head().status().isUnsuccessful();
    }

    /** The combined changes of the rollups. */
    static List<DailyDelta> deltas(Collection<Draft> drafts) {
        record RollupKey(UUID workflowId, LocalDate day) {}
        Map<RollupKey, DailyDelta> sums = new HashMap<>(drafts.size() * 2);
        for (Draft draft : drafts) {
            draft.addDeltas(
                    delta -> sums.merge(new RollupKey(delta.workflowId(), delta.day()), delta, DailyDelta::plus));
        }
        return sums.values().stream().filter(delta -> !delta.isZero()).toList();
    }

    /** The changes of the rollups between the states before and after the batch. */
    private void addDeltas(Consumer<DailyDelta> deltas) {
        if (before == null) {
            deltas.accept(delta(head(), 1));
        } else if (before.status() != head().status() || isDurationChanged(before)) {
            deltas.accept(delta(before, -1));
            deltas.accept(delta(head(), 1));
        }
    }

    private boolean isDurationChanged(Execution earlier) {
        return !Objects.equals(earlier.duration(), head().duration());
    }

    /** The combined changes of the histograms of days. */
    static List<HistogramDelta> histograms(Collection<Draft> drafts) {
        record Bucket(UUID workflowId, LocalDate day, int number) {}
        Map<Bucket, HistogramDelta> sums = new HashMap<>(drafts.size() * 2);
        for (Draft draft : drafts) {
            Consumer<HistogramDelta> add = delta -> sums.merge(
                    new Bucket(delta.workflowId(), delta.day(), delta.bucket()), delta, HistogramDelta::plus);
            draft.addDurations(add);
            draft.addSlots(add);
        }
        return sums.values().stream().filter(delta -> delta.count() != 0).toList();
    }

    private void addDurations(Consumer<HistogramDelta> deltas) {
        if (before == null) {
            addDuration(head(), 1, deltas);
        } else if (isDurationChanged(before)) {
            addDuration(before, -1, deltas);
            addDuration(head(), 1, deltas);
        }
    }

    private void addSlots(Consumer<HistogramDelta> deltas) {
        if (before == null) {
            addSlot(head(), 1, deltas);
        } else if (before.status() != head().status()) {
            addSlot(before, -1, deltas);
            addSlot(head(), 1, deltas);
        }
    }

    /** Executions that are queued or running have no slot; they are counted from their index. */
    private void addSlot(Execution execution, int count, Consumer<HistogramDelta> deltas) {
        if (!execution.status().isOpen()) {
            deltas.accept(new HistogramDelta(
                    stored.ownerId(),
                    execution.workflowId(),
                    dayOf(execution.id()),
                    HistogramDelta.slotOf(execution.id(), execution.status()),
                    count));
        }
    }

    private void addDuration(Execution execution, int count, Consumer<HistogramDelta> deltas) {
        Duration duration = execution.duration();
        if (duration != null) {
            deltas.accept(new HistogramDelta(
                    stored.ownerId(),
                    execution.workflowId(),
                    dayOf(execution.id()),
                    HistogramDelta.bucketOf(duration),
                    count));
        }
    }

    private DailyDelta delta(Execution execution, int count) {
        Duration duration = execution.duration();
        return new DailyDelta(
                stored.ownerId(),
                execution.workflowId(),
                dayOf(execution.id()),
                StatusCounts.only(execution.status(), count),
                duration == null ? 0 : count * duration.toMillis(),
                duration == null && !execution.status().isOpen() ? count : 0);
    }

    /** The UTC day of an ID, which selects its rollup row and partition. */
    static LocalDate dayOf(UUID id) {
        return LocalDate.ofInstant(Ids.timeOf(id), ZoneOffset.UTC);
    }

    private void end(
            ExecutionStatus status,
            @Nullable Instant startedAt,
            Instant finishedAt,
            @Nullable String errorType,
            @Nullable String errorMessage,
            @Nullable String errorFingerprint,
            Alterations altered) {
        replaceHead(with(altered)
                .status(status)
                .startedAt(startedAt)
                .finishedAt(finishedAt)
                .heartbeatDeadline(null, null)
                .error(errorType, errorMessage, errorFingerprint)
                .build());
        finished = true;
    }

    private Execution.Builder with(Alterations altered) {
        return head().toBuilder()
                .truncated(altered.truncated())
                .sanitized(altered.sanitized())
                .redacted(altered.redacted());
    }

    private void replaceHead(Execution head) {
        stored = new StoredExecution(head, stored.ownerId(), stored.start(), stored.heartbeatTimeout());
    }
}
