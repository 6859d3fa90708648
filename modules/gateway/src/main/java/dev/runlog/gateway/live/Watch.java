package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.gateway.live.ChangeLog.Entry;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription watches.
 *
 * @param owner of whose executions
 * @param workflowId only those of this workflow
 * @param executionId only this one
 * @param statuses only while they have one of these; empty for any
 */
record Watch(
        Kind kind,
        String owner,
        @Nullable UUID workflowId,
        @Nullable UUID executionId,
        Set<ExecutionStatus> statuses) {

    /** Which subscription it serves. */
    enum Kind {
        RUNNING(true),
        CHANGES(false),
        EXECUTION(true);

        private final boolean snapshot;

        Kind(boolean snapshot) {
            this.snapshot = snapshot;
        }
    }

    Watch {
        statuses = Set.copyOf(statuses);
    }

    /** The same text for the same watch. */
    String name() {
        return String.join(
                "/",
                kind.name(),
                owner,
                String.valueOf(workflowId),
                String.valueOf(executionId),
                statuses.stream().sorted().map(Enum::name).collect(Collectors.joining(",")));
    }

    /** Whether what is there already comes first. */
    boolean hasSnapshot() {
        return kind.snapshot;
    }

    /** What a change is to it; null where it is nothing. */
    LiveEvent.@Nullable Kind kindOf(Entry entry) {
        Execution execution = entry.execution();
        if (!owner.equals(execution.owner())
                || workflowId != null && !workflowId.equals(execution.workflowId())
                || executionId != null && !executionId.equals(execution.id())) {
            return null;
        }
        boolean wasIn = entry.before() != null && covers(entry.before());
        boolean isIn = covers(execution.status());
        if (wasIn) {
            return isIn ? LiveEvent.Kind.UPDATED : LiveEvent.Kind.LEFT;
        }
        return isIn ? LiveEvent.Kind.ENTERED : null;
    }

    private boolean covers(ExecutionStatus status) {
        return statuses.isEmpty() || statuses.contains(status);
    }
}
