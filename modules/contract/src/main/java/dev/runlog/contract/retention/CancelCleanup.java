package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.UUID;

/** Stops a cleanup between two batches; one that is over stays as it is. The requester's own, or any with {@code ops}. */
public record CancelCleanup(Viewer viewer, UUID id) implements Request<Cleanup> {}
