package dev.runlog.contract.querying;

import dev.runlog.contract.bus.Message;
import dev.runlog.contract.model.Viewer;
import org.jspecify.annotations.Nullable;

/** Counts the executions of a query by status. The query's own statuses are ignored. */
public record CountByStatus(Viewer viewer, ExecutionQuery query) implements ReadRequest<CountByStatus.Counted> {

    /** The exact counts; null if counting takes too long. */
    public record Counted(@Nullable StatusCounts counts) implements Message {}
}
