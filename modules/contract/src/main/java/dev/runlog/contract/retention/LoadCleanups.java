package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import java.util.List;
import java.util.UUID;

/** Cleanups by their ids: the viewer's own, or any with {@code ops}; the others are absent from the reply. */
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
