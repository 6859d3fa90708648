package dev.runlog.storage.rollup;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.storage.sql.Sql;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Counts stored executions from the rollups. */
public final class RollupCounts {
    /** Selects rollups by the number of an owner, workflow and days; null means all. */
    public record Range(
            @Nullable Integer owner,
            @Nullable UUID workflowId,
            @Nullable LocalDate from,
            @Nullable LocalDate to) {

        /** The rollups of an owner's query. */
        public static Range of(int owner, ExecutionQuery query) {
            return new Range(owner, query.workflowId(), day(query.startedAfter()), day(query.startedBefore()));
        }

        /** Whether the daily totals are sufficient. */
        public boolean isTotal() {
            return owner == null && workflowId == null;
        }
    }

    private RollupCounts() {}

    /** Whether the rollups can count the executions of a query. */
    public static boolean canCount(ExecutionQuery query) {
        return query.filter().isNone()
                && query.not() == null
                && query.workflowIds().size() < 2
                // The order of finishes omits executions that are queued or running.
                && query.order().cursorOrder() != Cursor.Order.EXECUTION_FINISH
                && isDayOrAbsent(query.startedAfter())
                && isDayOrAbsent(query.startedBefore());
    }

    /** Adds a statement that returns the exact number of stored executions as {@code rows}. */
    public static void addCount(Sql sql, Range range, Set<ExecutionStatus> statuses) {
        sql.add("SELECT coalesce(sum(" + RollupColumns.present(statuses) + "), 0)::bigint AS rows\n");
        if (range.isTotal()) {
            addSource(sql, range);
        } else {
            addStored(sql, range);
        }
    }

    /** Same as execution_rollup without its join, which costs as much as reading the rollups. */
    public static void addStored(Sql sql, Range range) {
        addSource(sql, range, "execution_daily");
        sql.add(" AND d.day <> ALL (ARRAY(SELECT day FROM dropped_day))");
    }

    /** Adds the rollups {@code d} of a range. */
    public static void addSource(Sql sql, Range range) {
        addSource(sql, range, range.isTotal() ? "execution_total" : "execution_rollup");
    }

    private static void addSource(Sql sql, Range range, String table) {
        sql.add("FROM " + table + " d\nWHERE true");
        if (range.owner() != null) {
            sql.add(" AND d.owner_id = ").bind(range.owner());
        }
        if (range.workflowId() != null) {
            sql.add(" AND d.workflow_id = ").bind(range.workflowId());
        }
        addDays(sql, range.from(), range.to());
    }

    /** Adds the conditions on the days: {@code from} is inclusive, {@code to} exclusive. */
    public static void addDays(Sql sql, @Nullable LocalDate from, @Nullable LocalDate to) {
        if (from != null) {
            sql.add(" AND d.day >= ").bind(from);
        }
        if (to != null) {
            sql.add(" AND d.day < ").bind(to);
        }
    }

    private static boolean isDayOrAbsent(@Nullable Instant moment) {
        return moment == null || moment.equals(moment.truncatedTo(ChronoUnit.DAYS));
    }

    private static @Nullable LocalDate day(@Nullable Instant moment) {
        return moment == null ? null : LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }
}
