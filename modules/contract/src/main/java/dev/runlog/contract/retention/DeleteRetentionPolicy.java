package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.UUID;

/** Takes a policy away and answers with what it was. The viewer's own, or any with {@code ops}. */
public record DeleteRetentionPolicy(Viewer viewer, UUID id) implements Request<RetentionPolicy> {}
