package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.sql.Sql;
import dev.runlog.storage.sql.UuidOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Turns a query into SQL. Each combination of filters has one text and is therefore planned once. Values that determine
 * the index (statuses, magnitude of the page size) are literals; all others are parameters.
 */
final class ExecutionSelect {
    /** The columns of a list; {@link ExecutionRows} reads them by position. */
    private static final String HEAD =
            "e.id, e.workflow_id, e.status, e.trigger, e.attempt, e.parent_id, e.labels, e.finished_at, "
                    + "e.heartbeat_deadline, e.error_type, e.error_message, e.error_fingerprint, e.truncated, "
                    + "e.sanitized, e.redacted, e.held, e.queued_at, e.started_at, e.retry_of, e.source, e.external_id, "
                    + "e.duration_millis";

    /** The columns that {@link ExecutionRows#toOutline} reads. */
    private static final String OUTLINE =
            "e.id, e.workflow_id, e.status, e.queued_at, e.started_at, e.finished_at, e.error_type, e.error_message, "
                    + "e.error_fingerprint";

    /** The column with the total count of a list, if requested. */
    static final String TOTAL = "total";

    private static final int[] PAGE_MAGNITUDES = {10, 50, 250, 1000};

    private final Owner owner;
    private final ExecutionQuery query;
    private final boolean ofParent;
    private final String columns;
    private final Sql sql = new Sql();
    private final List<String> conditions = new ArrayList<>();

    private ExecutionSelect(Owner owner, ExecutionQuery query, String root, boolean ofParent, String columns) {
        this.owner = owner;
        this.query = query;
        this.ofParent = ofParent;
        this.columns = columns;
        conditions.add(root);
        addFilters();
    }

    /**
     * Whether an index returns exactly the rows of the page, in order. Then reading stops after about as many rows as
     * the page has.
     */
    static boolean isShort(ExecutionQuery query) {
        return query.order().cursorOrder() == Cursor.Order.EXECUTION_START
                && !query.statuses().contains(ExecutionStatus.SUCCESS)
                && query.filter().isNone();
    }

    /** Whether the query reads an unpartitioned table. Lists of children never do. */
    static boolean isUnpartitioned(ExecutionQuery query) {
        return isListed(query, query.statuses());
    }

    /** Whether to read the list of failures, which has no index for durations, parents or holds. */
    private static boolean isListed(ExecutionQuery query, Set<ExecutionStatus> statuses) {
        return !statuses.isEmpty()
                && statuses.stream().allMatch(ExecutionStatus::isUnsuccessful)
                && query.filter().parentId() == null
                && !Boolean.TRUE.equals(query.filter().held())
                && query.order().cursorOrder() == Cursor.Order.EXECUTION_START;
    }

    /** Selects a page of an owner's executions, and one row more, which shows whether more follow. */
    static Sql page(Owner owner, ExecutionQuery query, PageRequest page, boolean outline, boolean counted) {
        ExecutionSelect select = new ExecutionSelect(owner, query, "", false, outline ? outline(query) : HEAD);
        select.conditions.set(0, select.owned());
        select.sql.add("SELECT " + select.columns);
        if (counted) {
            select.sql.add(", (");
            RollupCounts.addCount(select.sql, RollupCounts.Range.of(owner.number(), query), query.statuses());
            select.sql.add(") AS " + TOTAL);
        }
        select.sql.add("\nFROM (");
        select.addPage(page);
        select.sql.add(") e\nORDER BY " + select.ordering("e", page));
        return select.sql;
    }

    private static String outline(ExecutionQuery query) {
        return query.order().cursorOrder() == Cursor.Order.EXECUTION_DURATION
                ? OUTLINE + ", e.duration_millis"
                : OUTLINE;
    }

    /** Selects the same page for each of an owner's workflows or parents; the last column has the ID of the parent. */
    static Sql pages(Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, PageRequest page) {
        ExecutionSelect select = new ExecutionSelect(owner, query, root(parent), parent != Parent.WORKFLOW, HEAD);
        select.sql.add("SELECT " + HEAD + ", p.id AS of\nFROM " + table(parent) + " p\n");
        select.sql.add("CROSS JOIN LATERAL (");
        select.addPage(page);
        select.sql.add(") e\nWHERE ");
        select.addParents(ids.toArray(UUID[]::new));
        select.sql.add("\nORDER BY p.id, " + select.ordering("e", page));
        return select.sql;
    }

    /** Counts the rows of an owner's query, up to one more than {@code rowsMax}. */
    static Sql count(Owner owner, ExecutionQuery query, int rowsMax) {
        ExecutionSelect select = new ExecutionSelect(owner, query, "", false, HEAD);
        select.conditions.set(0, select.owned());
        select.sql.add("SELECT count(*) AS rows\nFROM (");
        select.addBounded(rowsMax);
        select.sql.add(") e");
        return select.sql;
    }

    /** The same count for each of an owner's workflows or parents. */
    static Sql counts(Owner owner, Parent parent, List<UUID> ids, ExecutionQuery query, int rowsMax) {
        ExecutionSelect select = new ExecutionSelect(owner, query, root(parent), parent != Parent.WORKFLOW, HEAD);
        select.sql.add("SELECT p.id AS of, e.rows\nFROM " + table(parent)
                + " p\nCROSS JOIN LATERAL (SELECT count(*) AS rows FROM (");
        select.addBounded(rowsMax);
        select.sql.add(") e) e\nWHERE ");
        select.addParents(ids.toArray(UUID[]::new));
        select.sql.add("\nORDER BY p.id");
        return select.sql;
    }

    /** Selects an owner's executions by ID. */
    static Sql byIds(Owner owner, UUID[] ids) {
        Sql sql = new Sql();
        return sql.add("SELECT " + HEAD + "\nFROM execution e\nWHERE e.id = ANY (")
                .bind(ids)
                .add(") AND e.id BETWEEN " + sql.argument(UuidOrder.min(ids)) + " AND "
                        + sql.argument(UuidOrder.max(ids)))
                .add("\n  AND e.owner_id = ")
                .bind(owner.number())
                .add("\nORDER BY e.id");
    }

    /** Selects an owner's execution by its external ID. */
    static Sql byExternalId(Owner owner, ExternalId externalId) {
        Sql sql = new Sql();
        String number = sql.argument(owner.number());
        return sql.add("SELECT " + HEAD + "\nFROM execution e\nWHERE e.id = " + idOf(sql, number, externalId)
                + "\n  AND e.owner_id = " + number + "\nORDER BY e.id");
    }

    /** A subquery rather than a join: PostgreSQL evaluates it first, and opens only the day of its result. */
    private static String idOf(Sql sql, String owner, ExternalId externalId) {
        return "(SELECT x.execution_id FROM external_execution x\n    WHERE x.owner_id = " + owner + " AND x.hash = "
                + sql.argument(externalId.hash()) + ")";
    }

    /**
     * Restricts the rows to the owner by the first column of one index: the workflow, if given, else the owner. The
     * workflow is known to belong to the owner. The owner is checked again in a form that no index can serve: with two
     * plain conditions, the planner would have to choose without statistics.
     */
    private String owned() {
        String number = sql.argument(owner.number());
        return query.workflowId() == null
                ? "e.owner_id = " + number
                : "e.workflow_id = " + sql.argument(query.workflowId()) + " AND CASE WHEN e.owner_id = " + number
                        + " THEN true ELSE false END";
    }

    /** Adds the conditions for parents: the given IDs, restricted to the owner. */
    private void addParents(UUID[] ids) {
        sql.add("p.id = ANY (").bind(ids).add(")");
        if (ofParent) {
            sql.add(" AND p.id BETWEEN " + sql.argument(UuidOrder.min(ids)) + " AND "
                    + sql.argument(UuidOrder.max(ids)));
        }
        sql.add("\n  AND p.owner_id = ").bind(owner.number());
    }

    private void addFilters() {
        if (query.startedAfter() != null) {
            conditions.add("e.id >= " + sql.argument(Ids.lowerBound(query.startedAfter())));
        }
        if (query.startedBefore() != null) {
            conditions.add("e.id < " + sql.argument(Ids.lowerBound(query.startedBefore())));
        }
        RowFilter filter = query.filter();
        if (filter.minDuration() != null) {
            // Durations are stored in whole milliseconds, so a fraction is rounded up.
            conditions.add("e.duration_millis >= "
                    + sql.argument(
                            Math.max(0, filter.minDuration().plusNanos(999_999).toMillis())));
        }
        if (filter.maxDuration() != null) {
            conditions.add("e.duration_millis BETWEEN 0 AND "
                    + sql.argument(filter.maxDuration().toMillis()));
        }
        if (!filter.triggers().isEmpty()) {
            conditions.add("e.trigger = ANY (" + sql.argument(filter.triggers().toArray(String[]::new)) + ")");
        }
        for (LabelCondition label : filter.labels()) {
            conditions.add("e.labels ->> " + sql.argument(label.key()) + " = ANY ("
                    + sql.argument(label.values().toArray(String[]::new)) + ")");
        }
        if (filter.errorContains() != null) {
            String pattern = sql.argument(Sql.containing(filter.errorContains()));
            conditions.add("(e.error_message ILIKE " + pattern + " OR e.error_type ILIKE " + pattern + ")");
        }
        if (filter.parentId() != null) {
            conditions.add("e.parent_id = " + sql.argument(filter.parentId()));
        }
        if (filter.rootsOnly()) {
            conditions.add("e.parent_id IS NULL");
        }
        if (filter.latestAttemptsOnly()) {
            conditions.add("NOT EXISTS (SELECT FROM execution_retry r WHERE r.retry_of = e.id"
                    + " AND r.owner_id = e.owner_id)");
        }
        if (filter.held() != null) {
            conditions.add(filter.held() ? "e.held" : "NOT e.held");
        }
        if (filter.externalId() != null) {
            conditions.add("e.id = " + idOf(sql, sql.argument(owner.number()), filter.externalId()));
        }
    }

    /**
     * Adds the rows of a page. Several statuses are read from one index each and merged in order; by duration, a single
     * index has all of them.
     */
    private void addPage(PageRequest page) {
        addCursors(page);
        int rows = page.size() + 1;
        String limit = sql.argument(rows);
        if (query.statuses().size() < 2 || query.order().cursorOrder() == Cursor.Order.EXECUTION_DURATION) {
            addBranch(query.statuses(), page, rows, limit);
            return;
        }
        sql.add("SELECT * FROM (");
        String between = "";
        for (ExecutionStatus status : query.statusesOrAll()) {
            sql.add(between + "(");
            addBranch(Set.of(status), page, rows, limit);
            sql.add(")");
            between = "\nUNION ALL\n";
        }
        sql.add(") e\nORDER BY " + ordering("e", page) + "\nLIMIT " + limit);
    }

    /**
     * Adds one ordered read of an index. For a LIMIT parameter, the planner expects a tenth of the table and may sort
     * it. The inner LIMIT is a literal that shows the planner the magnitude; the outer one has the exact number.
     */
    private void addBranch(Set<ExecutionStatus> statuses, PageRequest page, int rows, String limit) {
        sql.add("SELECT * FROM (SELECT " + columns);
        addFrom(statuses);
        sql.add("\nORDER BY " + (page.backward() ? reversed("e") : forward("e")) + "\nLIMIT " + magnitude(rows));
        sql.add(") e LIMIT " + limit);
    }

    private void addBounded(int rowsMax) {
        sql.add("SELECT 1");
        addFrom(query.statuses());
        sql.add("\nLIMIT " + sql.argument(rowsMax + 1));
    }

    /** Adds the table and conditions. Statuses are literals, because partial indexes need them. */
    private void addFrom(Set<ExecutionStatus> statuses) {
        String table = !ofParent && isListed(query, statuses) ? "unsuccessful" : "execution";
        sql.add("\nFROM " + table + " e\nWHERE " + String.join("\n  AND ", conditions));
        if (!statuses.isEmpty()) {
            String numbers = statuses.stream()
                    .sorted()
                    .map(status -> Integer.toString(status.number()))
                    .collect(Collectors.joining(", "));
            sql.add("\n  AND e.status " + (statuses.size() == 1 ? "= " + numbers : "IN (" + numbers + ")"));
        }
    }

    private void addCursors(PageRequest page) {
        boolean descending = query.order().isDescending();
        if (page.after() != null) {
            conditions.add(beyond(page.after(), descending ? "<" : ">"));
        }
        if (page.before() != null) {
            conditions.add(beyond(page.before(), descending ? ">" : "<"));
        }
    }

    private String beyond(Cursor cursor, String comparison) {
        return cursor.order() == Cursor.Order.EXECUTION_START
                ? "e.id " + comparison + " " + sql.argument(cursor.id())
                : "(e.duration_millis, e.id) " + comparison + " (" + sql.argument(cursor.value()) + ", "
                        + sql.argument(cursor.id()) + ")";
    }

    /** The order of reading. The caller reverses a backward page. */
    private String ordering(String table, PageRequest page) {
        return page.backward() ? reversed(table) : forward(table);
    }

    private String forward(String table) {
        return by(table, query.order().isDescending());
    }

    private String reversed(String table) {
        return by(table, !query.order().isDescending());
    }

    private String by(String table, boolean descending) {
        String direction = descending ? " DESC" : " ASC";
        String id = table + ".id" + direction;
        return query.order() == ExecutionOrder.STARTED_AT_ASC || query.order() == ExecutionOrder.STARTED_AT_DESC
                ? id
                : table + ".duration_millis" + direction + ", " + id;
    }

    static String table(Parent parent) {
        return parent == Parent.WORKFLOW ? "workflow" : "execution";
    }

    /** A child or a retry belongs to an execution only if both have the same owner. */
    private static String root(Parent parent) {
        return switch (parent) {
            case WORKFLOW -> "e.workflow_id = p.id";
            case EXECUTION -> "e.parent_id = p.id AND e.owner_id = p.owner_id";
            case RETRIED ->
                "e.id = ANY (ARRAY(SELECT r.retry_id FROM execution_retry r"
                        + " WHERE r.retry_of = p.id AND r.owner_id = p.owner_id)) AND e.owner_id = p.owner_id";
        };
    }

    private static int magnitude(int rows) {
        for (int magnitude : PAGE_MAGNITUDES) {
            if (rows <= magnitude) {
                return magnitude;
            }
        }
        throw new IllegalArgumentException(String.format(Locale.ROOT, "Invalid page size: %d", rows));
    }
}
