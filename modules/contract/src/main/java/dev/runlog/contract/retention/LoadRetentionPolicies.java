package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.UUID;

/** Loads policies by ID. The reply omits those that do not apply to the viewer, unless the viewer has {@code ops}. */
public record LoadRetentionPolicies(Viewer viewer, List<UUID> ids) implements Request<LoadRetentionPolicies.Loaded> {
    public LoadRetentionPolicies {
        ids = List.copyOf(ids);
    }

    /** In no particular order. */
    public record Loaded(List<RetentionPolicy> policies) implements Message {
        public Loaded {
            policies = List.copyOf(policies);
        }
    }
}
