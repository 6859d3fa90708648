package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.UUID;

/** Loads cleanups by ID. The reply omits those of other owners unless the viewer has {@code ops}. */
public record LoadCleanups(Viewer viewer, List<UUID> ids) implements Request<LoadCleanups.Loaded> {
    public LoadCleanups {
        ids = List.copyOf(ids);
    }

    /** In no particular order. */
    public record Loaded(List<Cleanup> cleanups) implements Message {
        public Loaded {
            cleanups = List.copyOf(cleanups);
        }
    }
}
