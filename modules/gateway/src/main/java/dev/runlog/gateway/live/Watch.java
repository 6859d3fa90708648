package dev.runlog.gateway.live;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a subscription watches of its owner's executions.
 *
 * @param statuses only while they have one of these; empty for any
 * @param snapshot whether what is there already comes first
 */
record Watch(
        Viewer viewer,
        @Nullable UUID workflowId,
        @Nullable UUID executionId,
        Set<ExecutionStatus> statuses,
        boolean snapshot) {

    /** What a change is to it; null where it is nothing. */
    LiveEvent.@Nullable Kind kindOf(Change change) {
        Execution execution = change.execution();
        if (workflowId != null && !workflowId.equals(execution.workflowId())) {
            return null;
        }
        if (executionId != null && !executionId.equals(execution.id())) {
            return null;
        }
        boolean wasIn = change.before() != null && covers(change.before());
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
