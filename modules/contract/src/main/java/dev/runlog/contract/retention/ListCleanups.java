package dev.runlog.contract.retention;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.bus.Request;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.PageEnds;
import dev.runlog.contract.page.PageRequest;
import java.util.List;

/** A page of the ledger, latest first: the viewer's cleanups, or all with {@code ops}. */
public record ListCleanups(Viewer viewer, PageRequest page) implements Request<ListCleanups.CleanupPage> {

    /** Cleanups and their total number. */
    public record CleanupPage(List<Cleanup> cleanups, PageEnds ends, long total) implements Message {
        public CleanupPage {
            cleanups = List.copyOf(cleanups);
        }
    }
}
