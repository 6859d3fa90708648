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
 * @param owner owner of the executions
 * @param workflowId only executions of this workflow; null for all
 * @param executionId only this execution; null for all
 * @param statuses only executions while they have one of these statuses; empty for any
 */
record Watch(
        Type type,
        String owner,
        @Nullable UUID workflowId,
        @Nullable UUID executionId,
        Set<ExecutionStatus> statuses) {

    /** The subscription field that it serves. */
    enum Type {
        RUNNING(true),
        CHANGES(false),
        EXECUTION(true);

        private final boolean snapshot;

        Type(boolean snapshot) {
            this.snapshot = snapshot;
        }
    }

    Watch {
        statuses = Set.copyOf(statuses);
    }

    /** A text that is equal for equal watches. */
    String name() {
        return String.join(
                "/",
                type.name(),
                owner,
                String.valueOf(workflowId),
                String.valueOf(executionId),
                statuses.stream().sorted().map(Enum::name).collect(Collectors.joining(",")));
    }

    /** Whether current executions are delivered first. */
    boolean hasSnapshot() {
        return type.snapshot;
    }

    /** The kind of event that a change is to this watch; null if it does not concern it. */
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
