package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.recording.WorkflowRef;
import org.jspecify.annotations.Nullable;

/**
 * Adds a cleanup to the ledger that deletes a workflow with all its executions, and replies at once; a dry run replies
 * with its preview. Requires the scope {@code executions:cleanup} or {@code ops} for the viewer's own workflow, {@code
 * ops} for others. Fails with {@code NOT_FOUND} if the owner has no such workflow, and with {@code CONFLICT} if one of
 * its executions is running, queued or held, or if it is already being deleted.
 *
 * @param owner null for the viewer
 */
public record DeleteWorkflow(
        Viewer viewer, WorkflowRef workflow, @Nullable String owner, boolean dryRun) implements Request<Cleanup> {}
