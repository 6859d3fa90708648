package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Sql;
import dev.runlog.storage.sql.UuidOrder;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The conditions of a query as SQL that holds for one row {@code e}, without regard to indexes. */
final class RowConditions {
    private final Sql sql;
    private final Owner owner;
    private final boolean inListOfFailures;
    /** Whether none of the conditions may hold. */
    private final boolean negated;

    private final List<String> conditions = new ArrayList<>();

    private RowConditions(Sql sql, Owner owner, boolean inListOfFailures, boolean negated) {
        this.sql = sql;
        this.owner = owner;
        this.inListOfFailures = inListOfFailures;
        this.negated = negated;
    }

    /**
     * Returns the conditions of a query and of its {@code not}. A range of {@code not} is one condition: the value lies
     * outside of it, or there is none.
     *
     * @param inListOfFailures whether the row is one of the list of failures, which lacks the large columns
     */
    static List<String> of(ExecutionQuery query, Sql sql, Owner owner, boolean inListOfFailures) {
        List<String> all = new ArrayList<>(single(query, sql, owner, inListOfFailures, false));
        if (query.not() != null) {
            single(query.not(), sql, owner, inListOfFailures, true)
                    .forEach(condition -> all.add("(" + condition + ") IS NOT TRUE"));
        }
        return all;
    }

    private static List<String> single(
            ExecutionQuery query, Sql sql, Owner owner, boolean inListOfFailures, boolean negated) {
        RowConditions single = new RowConditions(sql, owner, inListOfFailures, negated);
        single.addQuery(query);
        single.addFilter(query.filter());
        single.addErrorAndText(query.filter());
        return single.conditions;
    }

    private void addQuery(ExecutionQuery query) {
        if (!query.workflowIds().isEmpty()) {
            add("e.workflow_id = ANY (" + sql.argument(query.workflowIds().toArray(UUID[]::new)) + ")");
        }
        if (!query.statuses().isEmpty()) {
            add(status(query.statuses()));
        }
        addRange(
                query.startedAfter() == null ? null : "e.id >= " + sql.argument(Ids.lowerBound(query.startedAfter())),
                query.startedBefore() == null ? null : "e.id < " + sql.argument(Ids.lowerBound(query.startedBefore())));
    }

    private void addFilter(RowFilter filter) {
        addRange(after(sql, filter.finishedAfter()), before(sql, filter.finishedBefore()));
        addRange(atLeast(sql, filter.minDuration()), atMost(sql, filter.maxDuration()));
        if (!filter.triggers().isEmpty()) {
            add("e.trigger = ANY (" + sql.argument(filter.triggers().toArray(String[]::new)) + ")");
        }
        addLabels(filter.labels());
        if (filter.parentId() != null) {
            add("e.parent_id = " + sql.argument(filter.parentId()));
        }
        if (filter.retryOf() != null) {
            add("e.retry_of = " + sql.argument(filter.retryOf()));
        }
        if (filter.rootsOnly()) {
            add("e.parent_id IS NULL");
        }
        if (filter.retriesOnly()) {
            add("e.retry_of IS NOT NULL");
        }
        if (filter.latestAttemptsOnly()) {
            add("NOT EXISTS (SELECT FROM execution_retry r WHERE r.retry_of = e.id AND r.owner_id = e.owner_id)");
        }
        if (filter.held() != null) {
            add(filter.held() ? "e.held" : "NOT e.held");
        }
        if (filter.externalId() != null) {
            add("e.id = " + idOf(sql, owner, filter.externalId()));
        }
    }

    private void addErrorAndText(RowFilter filter) {
        if (filter.errorContains() != null) {
            String text = "(SELECT fold(" + sql.argument(filter.errorContains()) + "))";
            add("strpos(fold(e.error_message), " + text + ") > 0 OR strpos(fold(e.error_type), " + text + ") > 0");
        }
        if (!filter.errorFingerprints().isEmpty()) {
            add("e.error_fingerprint = ANY ("
                    + sql.argument(filter.errorFingerprints().toArray(String[]::new)) + ")");
        }
        if (filter.search() != null) {
            add(Search.condition(sql, filter.search(), inListOfFailures));
        }
    }

    private void addRange(@Nullable String from, @Nullable String to) {
        if (from != null && to != null) {
            add(from + " AND " + to);
        } else if (from != null || to != null) {
            add(from != null ? from : String.valueOf(to));
        }
    }

    private void add(String condition) {
        conditions.add("(" + condition + ")");
    }

    /** One condition for all labels of a kind: PostgreSQL plans each condition for every day. */
    private void addLabels(List<LabelCondition> labels) {
        List<String> pairs = new ArrayList<>();
        List<String> present = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        for (LabelCondition label : labels) {
            if (label.values().size() > 1) {
                add("e.labels ->> " + sql.argument(label.key()) + "::text = ANY ("
                        + sql.argument(label.values().toArray(String[]::new)) + ")");
            } else if (!label.values().isEmpty()) {
                pairs.add(JsonObject.of(label.key(), label.values().iterator().next())
                        .encode());
            } else {
                (label.present() ? present : absent).add(label.key());
            }
        }
        if (!pairs.isEmpty()) {
            add("e.labels @> " + (negated ? "ANY" : "ALL") + " (" + array(pairs) + "::jsonb[])");
        }
        if (!present.isEmpty()) {
            add("e.labels " + (negated ? "?| " : "?& ") + array(present));
        }
        if (!absent.isEmpty()) {
            add("(e.labels " + (negated ? "?& " : "?| ") + array(absent) + ") IS NOT TRUE");
        }
    }

    private String array(List<String> texts) {
        return sql.argument(texts.toArray(String[]::new)) + "::text[]";
    }

    /** Literals, because partial indexes need them. */
    static String status(Set<ExecutionStatus> statuses) {
        String numbers = statuses.stream()
                .sorted()
                .map(status -> Integer.toString(status.number()))
                .collect(Collectors.joining(", "));
        return "e.status " + (statuses.size() == 1 ? "= " + numbers : "IN (" + numbers + ")");
    }

    static @Nullable String after(Sql sql, @Nullable Instant finish) {
        return finish == null ? null : "e.finished_at >= " + sql.argument(Rows.toOffset(finish));
    }

    static @Nullable String before(Sql sql, @Nullable Instant finish) {
        return finish == null ? null : "e.finished_at < " + sql.argument(Rows.toOffset(finish));
    }

    /** Durations are stored in whole milliseconds, so a fraction is rounded up. */
    static @Nullable String atLeast(Sql sql, @Nullable Duration duration) {
        return duration == null
                ? null
                : "e.duration_millis >= "
                        + sql.argument(Math.max(0, duration.plusNanos(999_999).toMillis()));
    }

    /** Executions without a duration have a negative one. */
    static @Nullable String atMost(Sql sql, @Nullable Duration duration) {
        return duration == null ? null : "e.duration_millis BETWEEN 0 AND " + sql.argument(duration.toMillis());
    }

    /**
     * The condition for the owner of a row that is found by something else. As a plain comparison it would invite the
     * planner, which has no statistics for it, to read an index of the owner from end to end.
     *
     * @param row alias of the row
     * @param number the argument with the number of the owner
     */
    static String isOwned(String row, String number) {
        return "CASE WHEN " + row + ".owner_id = " + number + " THEN true ELSE false END";
    }

    /**
     * The condition for some IDs.
     *
     * @param column the column with the ID, by which days are divided
     */
    static String isOneOf(Sql sql, String column, UUID[] ids) {
        return ids.length == 1
                ? column + " = " + sql.argument(ids[0])
                : column + " = ANY (" + sql.argument(ids) + ") AND " + isWithin(sql, column, ids);
    }

    /** The condition by which PostgreSQL opens only the days of some IDs. */
    static String isWithin(Sql sql, String column, UUID[] ids) {
        return column + " BETWEEN " + sql.argument(UuidOrder.min(ids)) + " AND " + sql.argument(UuidOrder.max(ids));
    }

    /** A subquery rather than a join: PostgreSQL evaluates it first, and opens only the day of its result. */
    static String idOf(Sql sql, Owner owner, ExternalId externalId) {
        return "(SELECT x.execution_id FROM external_execution x\n    WHERE x.owner_id = "
                + sql.argument(owner.number()) + " AND x.hash = " + sql.argument(externalId.hash()) + ")";
    }
}
