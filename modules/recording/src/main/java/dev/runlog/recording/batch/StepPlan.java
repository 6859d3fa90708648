package dev.runlog.recording.batch;

import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.recording.event.ValidEvent;
import dev.runlog.recording.queue.QueuedEvent;
import dev.runlog.storage.write.StoredStep;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Merges the steps of a batch. A link to a parent that would close a cycle is left out. */
final class StepPlan {
    /** Bounds the search for a cycle from each step. */
    private static final int DEPTH_MAX = 256;

    /** Bounds the length of a warning. */
    private static final int SHOWN_MAX = 10;

    private final Map<StepId, Step> steps = new LinkedHashMap<>();
    private final Map<StepId, StoredStep> stored;

    /** @param stored the steps with {@link #idsToRead}, those that contain them, and so on */
    StepPlan(Map<StepId, StoredStep> stored) {
        this.stored = stored;
    }

    /** Stored steps from which the steps of a batch may close a cycle: none, unless a step names its parent. */
    static Set<StepId> idsToRead(List<QueuedEvent> batch, ExternalIds ids, Set<UUID> existing) {
        Set<StepId> toRead = new HashSet<>();
        for (QueuedEvent queued : batch) {
            if (!(queued.event() instanceof ValidEvent.Steps recorded)) {
                continue;
            }
            for (Step step : recorded.steps()) {
                if (step.parentIndex() != null) {
                    UUID id = ids.idOf(recorded.target());
                    if (id != null && existing.contains(id)) {
                        toRead.add(new StepId(id, step.index()));
                        toRead.add(new StepId(id, step.parentIndex()));
                    }
                }
            }
        }
        return toRead;
    }

    /** Adds steps of an execution. Returns warnings about links that were left out. */
    List<String> add(UUID executionId, List<Step> added) {
        List<Integer> cyclic = new ArrayList<>();
        List<Integer> tooDeep = new ArrayList<>();
        for (Step given : added) {
            Step step = given.executionId().equals(executionId) ? given : given.ofExecution(executionId);
            Integer parent = step.parentIndex();
            if (parent != null && !isFinished(step.id())) {
                int depth = depthUpTo(step.index(), new StepId(executionId, parent));
                if (depth < 0) {
                    cyclic.add(step.index());
                } else if (depth > DEPTH_MAX) {
                    tooDeep.add(step.index());
                }
                step = depth < 0 || depth > DEPTH_MAX ? step.withoutParent() : step;
            }
            merge(step);
        }
        List<String> warnings = new ArrayList<>();
        warn(warnings, cyclic, "it would close a cycle");
        warn(warnings, tooDeep, "steps can be nested to a depth of " + DEPTH_MAX);
        return warnings;
    }

    Collection<Step> steps() {
        return steps.values();
    }

    private static void warn(List<String> warnings, List<Integer> indexes, String reason) {
        if (!indexes.isEmpty()) {
            String shown =
                    indexes.stream().limit(SHOWN_MAX).map(String::valueOf).collect(Collectors.joining(", "))
                            + (indexes.size() > SHOWN_MAX ? ", ..." : "");
            warnings.add("parentIndex ignored in "
                    + (indexes.size() == 1 ? "step " + shown : indexes.size() + " steps (" + shown + ")") + ": "
                    + reason + ".");
        }
    }

    /** The number of steps from a parent up to the root, at most one more than allowed; -1 if the step is one of them. */
    private int depthUpTo(int index, StepId parent) {
        StepId at = parent;
        int depth = 0;
        while (at != null && depth <= DEPTH_MAX) {
            if (at.index() == index) {
                return -1;
            }
            depth++;
            at = parentOf(at);
        }
        return depth;
    }

    private @Nullable StepId parentOf(StepId id) {
        StoredStep known = stored.get(id);
        Step update = known != null && known.isFinished() ? null : steps.get(id);
        Integer parent = update != null && update.parentIndex() != null
                ? update.parentIndex()
                : known == null ? null : known.parentIndex();
        return parent == null ? null : new StepId(id.executionId(), parent);
    }

    private boolean isFinished(StepId id) {
        StoredStep known = stored.get(id);
        Step update = steps.get(id);
        return known != null && known.isFinished() || update != null && update.status() != StepStatus.RUNNING;
    }

    /** A finished step stays as it is; a running one takes the values that are set. */
    private void merge(Step step) {
        steps.merge(
                step.id(),
                step,
                (known, update) -> known.status() == StepStatus.RUNNING ? updated(known, update) : known);
    }

    private static Step updated(Step known, Step update) {
        Step withError = update.errorFingerprint() == null ? known : update;
        return Step.builder(update.executionId(), update.index(), update.name(), update.status())
                .parentIndex(either(update.parentIndex(), known.parentIndex()))
                .attempt(either(update.attempt(), known.attempt()))
                .kind(either(update.kind(), known.kind()))
                .startedAt(either(update.startedAt(), known.startedAt()))
                .finishedAt(either(update.finishedAt(), known.finishedAt()))
                .input(either(update.input(), known.input()))
                .output(either(update.output(), known.output()))
                .error(withError.error(), withError.errorFingerprint())
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
                        case ERROR_MESSAGE, ERROR_DETAILS, STACK_TRACE, ERROR_TYPE -> update.errorFingerprint() == null;
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
}
