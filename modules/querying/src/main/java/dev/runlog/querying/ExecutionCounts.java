package dev.runlog.querying;

import dev.runlog.contract.page.Count;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.storage.read.ExecutionReads;
import dev.runlog.storage.read.StatisticsReads;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counts the executions of a query: from the rollups if these suffice for its filters, else row by row up to a limit.
 * Never estimates.
 */
final class ExecutionCounts {
    private final ExecutionReads executions;
    private final StatisticsReads statistics;
    private final int rowsMax;

    ExecutionCounts(ExecutionReads executions, StatisticsReads statistics, int rowsMax) {
        this.executions = executions;
        this.statistics = statistics;
        this.rowsMax = rowsMax;
    }

    Future<Count> count(String owner, ExecutionQuery query) {
        if (!canUseRollups(query)) {
            return executions.count(owner, query, rowsMax);
        }
        return statistics.count(owner, range(owner, query), query.statuses()).map(Count::exactly);
    }

    Future<Map<UUID, Count>> countOf(String owner, Parent parent, List<UUID> ids, ExecutionQuery query) {
        if (parent != Parent.WORKFLOW || !canUseRollups(query)) {
            return executions.countOf(owner, parent, ids, query, rowsMax);
        }
        return statistics
                .countOf(owner, ids, day(query.startedAfter()), day(query.startedBefore()), query.statuses())
                .map(counts -> counts.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, count -> Count.exactly(count.getValue()))));
    }

    /** The rollups of an owner's query. */
    static StatisticsReads.Range range(String owner, ExecutionQuery query) {
        return new StatisticsReads.Range(
                owner, query.workflowId(), day(query.startedAfter()), day(query.startedBefore()));
    }

    static boolean canUseRollups(ExecutionQuery query) {
        return query.filter().isNone() && isDayOrAbsent(query.startedAfter()) && isDayOrAbsent(query.startedBefore());
    }

    private static boolean isDayOrAbsent(@Nullable Instant moment) {
        return moment == null || moment.equals(moment.truncatedTo(ChronoUnit.DAYS));
    }

    private static @Nullable LocalDate day(@Nullable Instant moment) {
        return moment == null ? null : LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }
}
