package dev.runlog.storage.write;

import org.jspecify.annotations.Nullable;

/** A stored step, with the index of the step that contains it. */
public record StoredStep(@Nullable Integer parentIndex, boolean isFinished) {}
