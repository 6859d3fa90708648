package dev.runlog.recording;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionPart;
import java.util.EnumSet;
import java.util.Set;

/** Parts of an execution that were changed to make them storable, and the number of redacted secrets. */
record Alterations(Set<ExecutionPart> truncated, Set<ExecutionPart> sanitized, int redacted) {
    static final Alterations NONE = new Alterations(Set.of(), Set.of(), 0);

    Alterations {
        truncated = Set.copyOf(truncated);
        sanitized = Set.copyOf(sanitized);
    }

    static Alterations of(Execution execution) {
        return new Alterations(execution.truncated(), execution.sanitized(), execution.redacted());
    }

    Alterations plus(Alterations others) {
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

    private static Set<ExecutionPart> union(Set<ExecutionPart> one, Set<ExecutionPart> other) {
        Set<ExecutionPart> both = EnumSet.noneOf(ExecutionPart.class);
        both.addAll(one);
        both.addAll(other);
        return both;
    }
}
