package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.UUID;

/**
 * Stops a cleanup between two batches; a finished one does not change. Requires {@code ops} for another owner's
 * cleanup.
 */
public record CancelCleanup(Viewer viewer, UUID id) implements Request<Cleanup> {}
