package dev.runlog.recording.batch;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The executions that an event names, by their IDs. */
record Links(@Nullable UUID parentId, @Nullable UUID retryOf) {
    static final Links NONE = new Links(null, null);
}
