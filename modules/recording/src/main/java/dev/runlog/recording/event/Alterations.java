package dev.runlog.recording.event;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionPart;
import java.util.EnumSet;
import java.util.Set;

/** Parts of an execution that were changed to make them storable, and the number of redacted secrets. */
public record Alterations(Set<ExecutionPart> truncated, Set<ExecutionPart> sanitized, int redacted) {
    public static final Alterations NONE = new Alterations(Set.of(), Set.of(), 0);

    public Alterations {
        truncated = Set.copyOf(truncated);
        sanitized = Set.copyOf(sanitized);
    }

    public static Alterations of(Execution execution) {
        return new Alterations(execution.truncated(), execution.sanitized(), execution.redacted());
    }

    public Alterations plus(Alterations others) {
        if (equals(NONE)) {
            return others;
        }
        return others.equals(NONE)
                ? this
                : new Alterations(
                        union(truncated, others.truncated),
                        union(sanitized, others.sanitized),
                        redacted + others.redacted);
    }

    /** Like {@link #plus}, of two events that usually bring the same parts: their secrets count once. */
    public Alterations merge(Alterations other) {
        return new Alterations(
                union(truncated, other.truncated),
                union(sanitized, other.sanitized),
                Math.max(redacted, other.redacted));
    }

    private static Set<ExecutionPart> union(Set<ExecutionPart> one, Set<ExecutionPart> other) {
        Set<ExecutionPart> both = EnumSet.noneOf(ExecutionPart.class);
        both.addAll(one);
        both.addAll(other);
        return both;
    }
}
