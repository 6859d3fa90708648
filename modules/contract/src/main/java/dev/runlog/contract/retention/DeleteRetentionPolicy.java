package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.UUID;

/** Deletes a policy and returns it. Requires {@code ops} for a policy of another owner. */
public record DeleteRetentionPolicy(Viewer viewer, UUID id) implements Request<RetentionPolicy> {}
