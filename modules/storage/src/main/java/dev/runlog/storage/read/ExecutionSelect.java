package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.sql.Sql;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Turns a query into SQL. Each combination of filters has one text and is therefore planned once. Values that determine
 * the index (statuses, magnitude of the number of rows) are literals; all others are parameters.
 */
final class ExecutionSelect {
    /** The columns of a list; {@link ExecutionRows} reads them by position. */
    static final String HEAD =
            "e.id, e.workflow_id, e.status, e.trigger, e.attempt, e.parent_id, e.labels, e.finished_at, "
                    + "e.heartbeat_deadline, e.error_type, e.error_message, e.error_fingerprint, e.truncated, "
                    + "e.sanitized, e.redacted, e.held, e.queued_at, e.started_at, e.retry_of, e.source, e.external_id, "
                    + "e.duration_millis, e.heartbeat_deadline - e.heartbeat_timeout";

    /** The position of the first column after those of a list. */
    static final int AFTER_HEAD = HEAD.split(",").length;

    /** The columns that {@link ExecutionRows#toOutline} reads. */
    private static final String OUTLINE =
            "e.id, e.workflow_id, e.status, e.queued_at, e.started_at, e.finished_at, e.error_type, e.error_message, "
                    + "e.error_fingerprint";

    /** The column with the total count of a list, if requested. */
    static final String TOTAL = "total";

    private final Owner owner;
    private final Source source;
    private final SliceRange range;
    private final String columns;
    private final Sql sql;

    private ExecutionSelect(Owner owner, Source source, SliceRange range, String columns, Sql sql) {
        this.owner = owner;
        this.source = source;
        this.range = range;
        this.columns = columns;
        this.sql = sql;
    }

    /**
     * Whether an index returns exactly the rows of the page, in order. Then reading stops after about as many rows as
     * the page has.
     */
    static boolean isShort(Source source) {
        return source.order() == Cursor.Order.EXECUTION_START
                && !source.hasRowConditions()
                && (source.root() == Source.Root.OWNER
                        || source.root() == Source.Root.WORKFLOWS
                                && source.query().workflowId() != null);
    }

    /**
     * Selects a page of an owner's executions, and one row more, which shows whether more follow.
     *
     * @param counted the query whose rollups are counted too; null for no count
     */
    static Sql page(Owner owner, Source source, PageRequest page, boolean outline, @Nullable ExecutionQuery counted) {
        ExecutionSelect select = new ExecutionSelect(
                owner, source, SliceRange.of(source.query(), page), columns(source, outline), new Sql());
        select.sql.add("SELECT *");
        if (counted != null) {
            select.sql.add(", (");
            RollupCounts.addCount(select.sql, RollupCounts.Range.of(owner.number(), counted), counted.statuses());
            select.sql.add(") AS " + TOTAL);
        }
        select.sql.add("\nFROM (");
        select.addRows(page.size() + 1, true);
        select.sql.add(") e");
        return select.sql;
    }

    /** Selects the rows of a slice, up to a number. */
    static Sql slice(Owner owner, Source source, SliceRange range, int rowsMax, boolean outline) {
        ExecutionSelect select = new ExecutionSelect(owner, source, range, columns(source, outline), new Sql());
        select.addRows(rowsMax, true);
        return select.sql;
    }

    /** Selects the position of the last of a number of rows, regardless of row conditions; no row if there are fewer. */
    static Sql boundary(Owner owner, Source source, SliceRange range, int rows) {
        ExecutionSelect select = new ExecutionSelect(owner, source, range, key(source), new Sql());
        select.sql.add("SELECT *\nFROM (");
        select.addRows(rows, false);
        return select.sql.add(") e\nLIMIT 1 OFFSET ").bind(rows - 1);
    }

    /** Counts the rows of a slice. */
    static Sql countSlice(Owner owner, Source source, SliceRange range) {
        ExecutionSelect select = new ExecutionSelect(owner, source, range, "e.id", new Sql());
        select.sql.add("SELECT count(*) AS rows\nFROM (");
        select.addAllRows();
        select.sql.add(") e");
        return select.sql;
    }

    /** Counts the rows of a slice by status, and by the last of the start times that is not after their own. */
    static Sql groupSlice(Owner owner, Source source, SliceRange range, UUID[] starts) {
        ExecutionSelect select = new ExecutionSelect(owner, source, range, "e.id, e.status", new Sql());
        select.sql
                .add("SELECT width_bucket(e.id, ")
                .bind(starts)
                .add("::uuid[]) AS bucket, e.status, count(*) AS rows\nFROM (");
        select.addAllRows();
        select.sql.add(") e\nGROUP BY bucket, e.status");
        return select.sql;
    }

    /** Selects the same page for each of an owner's workflows or parents; the last column has the ID of the parent. */
    static Sql pages(Owner owner, Parent parent, List<UUID> ids, Source source, PageRequest page) {
        ExecutionSelect select =
                new ExecutionSelect(owner, source, SliceRange.of(source.query(), page), HEAD, new Sql());
        select.sql.add("SELECT e.*, p.id AS of\nFROM " + Source.table(parent) + " p\nCROSS JOIN LATERAL (");
        select.addRows(page.size() + 1, true);
        select.sql.add(") e\nWHERE ");
        select.addParents(parent, ids.toArray(UUID[]::new));
        select.sql.add("\nORDER BY p.id, " + select.ordering());
        return select.sql;
    }

    /** Counts the rows of an owner's query, up to one more than {@code rowsMax}. */
    static Sql count(Owner owner, Source source, int rowsMax) {
        ExecutionSelect select = new ExecutionSelect(owner, source, SliceRange.of(source.query()), "1", new Sql());
        select.sql.add("SELECT count(*) AS rows\nFROM (");
        select.addAllRows();
        select.sql.add("\nLIMIT ").bind(rowsMax + 1).add(") e");
        return select.sql;
    }

    /** The same count for each of an owner's workflows or parents. */
    static Sql counts(Owner owner, Parent parent, List<UUID> ids, Source source, int rowsMax) {
        ExecutionSelect select = new ExecutionSelect(owner, source, SliceRange.of(source.query()), "1", new Sql());
        select.sql.add("SELECT p.id AS of, e.rows\nFROM " + Source.table(parent)
                + " p\nCROSS JOIN LATERAL (SELECT count(*) AS rows FROM (");
        select.addAllRows();
        select.sql.add("\nLIMIT ").bind(rowsMax + 1).add(") e) e\nWHERE ");
        select.addParents(parent, ids.toArray(UUID[]::new));
        select.sql.add("\nORDER BY p.id");
        return select.sql;
    }

    private static String columns(Source source, boolean outline) {
        return !outline
                ? HEAD
                : source.order() == Cursor.Order.EXECUTION_DURATION ? OUTLINE + ", e.duration_millis" : OUTLINE;
    }

    /** The columns of the order. */
    private static String key(Source source) {
        return switch (source.order()) {
            case EXECUTION_DURATION -> "e.id, e.duration_millis";
            case EXECUTION_FINISH -> "e.id, e.finished_at";
            default -> "e.id";
        };
    }

    /** Reads the position of a row with the columns of {@link #key}. */
    static Cursor positionOf(Row row, Source source) {
        UUID id = row.getUUID(0);
        return switch (source.order()) {
            case EXECUTION_DURATION -> new Cursor(Cursor.Order.EXECUTION_DURATION, row.getLong(1), id);
            case EXECUTION_FINISH ->
                new Cursor(
                        Cursor.Order.EXECUTION_FINISH,
                        row.getOffsetDateTime(1).toInstant().toEpochMilli(),
                        id);
            default -> Cursor.of(Cursor.Order.EXECUTION_START, id);
        };
    }

    /** Adds the conditions for parents: the given IDs, restricted to the owner. */
    private void addParents(Parent parent, UUID[] ids) {
        String ofIds = parent == Parent.WORKFLOW
                ? "p.id = ANY (" + sql.argument(ids) + ")"
                : RowConditions.isOneOf(sql, "p.id", ids);
        sql.add(ofIds + "\n  AND " + RowConditions.isOwned("p", sql.argument(owner.number())));
    }

    /**
     * Adds the first rows in order. Several workflows, and several statuses that an index serves, are read from one
     * index each and merged.
     */
    private void addRows(int rows, boolean withRowConditions) {
        String limit = sql.argument(rows);
        if (source.root() == Source.Root.WORKFLOWS && source.query().workflowId() == null) {
            sql.add("SELECT e.*\nFROM unnest(")
                    .bind(source.query().workflowIds().toArray(UUID[]::new))
                    .add("::uuid[]) AS p (id)\nCROSS JOIN LATERAL (");
            addBranches(rows, limit, withRowConditions);
            sql.add(") e\nORDER BY " + ordering() + "\nLIMIT " + limit);
        } else {
            addBranches(rows, limit, withRowConditions);
        }
    }

    private void addBranches(int rows, String limit, boolean withRowConditions) {
        if (source.statuses().size() < 2) {
            addBranch(source.statuses(), rows, limit, withRowConditions);
            return;
        }
        sql.add("SELECT * FROM (");
        String between = "";
        for (ExecutionStatus status : sorted(source.statuses())) {
            sql.add(between + "(");
            addBranch(Set.of(status), rows, limit, withRowConditions);
            sql.add(")");
            between = "\nUNION ALL\n";
        }
        sql.add(") e\nORDER BY " + ordering() + "\nLIMIT " + limit);
    }

    /**
     * Adds one ordered read of an index. For a LIMIT parameter, the planner expects a tenth of the table and may sort
     * it. The inner LIMIT is a literal that shows the planner the magnitude; the outer one has the exact number.
     */
    private void addBranch(Set<ExecutionStatus> statuses, int rows, String limit, boolean withRowConditions) {
        sql.add("SELECT * FROM (SELECT " + columns);
        addFrom(statuses, withRowConditions);
        sql.add("\nORDER BY " + ordering() + "\nLIMIT " + magnitude(rows));
        sql.add(") e LIMIT " + limit);
    }

    /** Adds all rows within the range, in no order. */
    private void addAllRows() {
        boolean several =
                source.root() == Source.Root.WORKFLOWS && source.query().workflowId() == null;
        if (several) {
            sql.add("SELECT e.*\nFROM unnest(")
                    .bind(source.query().workflowIds().toArray(UUID[]::new))
                    .add("::uuid[]) AS p (id)\nCROSS JOIN LATERAL (");
        }
        List<Set<ExecutionStatus>> branches = source.statuses().size() < 2
                ? List.of(source.statuses())
                : sorted(source.statuses()).stream().map(Set::of).toList();
        String between = "";
        for (Set<ExecutionStatus> statuses : branches) {
            sql.add(between + "SELECT " + columns);
            addFrom(statuses, true);
            between = "\nUNION ALL\n";
        }
        if (several) {
            sql.add(") e");
        }
    }

    private static List<ExecutionStatus> sorted(Set<ExecutionStatus> statuses) {
        return statuses.stream().sorted().toList();
    }

    private void addFrom(Set<ExecutionStatus> statuses, boolean withRowConditions) {
        boolean listOfFailures = !statuses.isEmpty() && statuses.stream().allMatch(ExecutionStatus::isUnsuccessful);
        List<String> conditions = new ArrayList<>();
        conditions.add(root());
        addIndexed(conditions);
        if (!statuses.isEmpty()) {
            conditions.add(RowConditions.status(statuses));
        }
        if (withRowConditions) {
            conditions.addAll(RowConditions.of(source.rest(), sql, owner, listOfFailures));
        }
        sql.add("\nFROM " + (listOfFailures ? "unsuccessful" : "execution") + " e\nWHERE "
                + String.join("\n  AND ", conditions));
    }

    /**
     * The condition for the first column of the index. The owner is checked in all cases. A workflow is known to belong
     * to the owner.
     */
    private String root() {
        RowFilter filter = source.query().filter();
        String number = sql.argument(owner.number());
        String owned = " AND " + RowConditions.isOwned("e", number);
        return switch (source.root()) {
            case OWNER -> "e.owner_id = " + number;
            case WORKFLOWS ->
                "e.workflow_id = "
                        + (source.query().workflowId() == null
                                ? "p.id"
                                : sql.argument(source.query().workflowId()))
                        + owned;
            case CHILDREN -> "e.parent_id = " + sql.argument(filter.parentId()) + owned;
            case RETRIES -> retries(sql.argument(filter.retryOf()), number) + owned;
            case HELD ->
                "e.id = ANY (ARRAY(SELECT h.execution_id FROM held_execution h WHERE h.owner_id = " + number + "))"
                        + owned;
            case EXTERNAL_ID ->
                "e.id = " + RowConditions.idOf(sql, owner, Objects.requireNonNull(filter.externalId())) + owned;
            case JOINED_WORKFLOW -> "e.workflow_id = p.id" + owned;
            // A child or a retry belongs to an execution only if both have the same owner.
            case JOINED_PARENT -> "e.parent_id = p.id" + owned;
            case JOINED_RETRIED -> retries("p.id", number) + owned;
        };
    }

    private static String retries(String of, String owner) {
        return "e.id = ANY (ARRAY(SELECT r.retry_id FROM execution_retry r WHERE r.retry_of = " + of
                + " AND r.owner_id = " + owner + "))";
    }

    /** Adds the conditions that the index serves. */
    private void addIndexed(List<String> conditions) {
        ExecutionQuery query = source.query();
        if (query.startedAfter() != null) {
            conditions.add("e.id >= " + sql.argument(Ids.lowerBound(query.startedAfter())));
        }
        if (query.startedBefore() != null) {
            conditions.add("e.id < " + sql.argument(Ids.lowerBound(query.startedBefore())));
        }
        RowFilter filter = query.filter();
        RowFilter rest = source.rest().filter();
        if (rest.minDuration() == null) {
            addIfGiven(conditions, RowConditions.atLeast(sql, filter.minDuration()));
        }
        if (rest.maxDuration() == null) {
            addIfGiven(conditions, RowConditions.atMost(sql, filter.maxDuration()));
        }
        if (rest.finishedAfter() == null) {
            addIfGiven(conditions, RowConditions.after(sql, filter.finishedAfter()));
        }
        if (rest.finishedBefore() == null) {
            addIfGiven(conditions, RowConditions.before(sql, filter.finishedBefore()));
        }
        if (source.order() == Cursor.Order.EXECUTION_FINISH) {
            conditions.add("e.finished_at IS NOT NULL");
        }
        String forward = range.descending() ? "<" : ">";
        String backward = range.descending() ? ">" : "<";
        if (range.after() != null) {
            conditions.add(compared(range.after(), forward));
        }
        if (range.before() != null) {
            conditions.add(compared(range.before(), backward));
        }
        if (range.to() != null) {
            conditions.add(compared(range.to(), backward + "="));
        }
    }

    private static void addIfGiven(List<String> conditions, @Nullable String condition) {
        if (condition != null) {
            conditions.add(condition);
        }
    }

    private String compared(Cursor cursor, String comparison) {
        String id = sql.argument(cursor.id());
        return switch (cursor.order()) {
            case EXECUTION_DURATION ->
                "(e.duration_millis, e.id) " + comparison + " (" + sql.argument(cursor.value()) + ", " + id + ")";
            case EXECUTION_FINISH ->
                "(e.finished_at, e.id) " + comparison + " ("
                        + sql.argument(Instant.ofEpochMilli(cursor.value()).atOffset(ZoneOffset.UTC)) + ", " + id + ")";
            default -> "e.id " + comparison + " " + id;
        };
    }

    /** The order of reading. The caller reverses a backward page. */
    private String ordering() {
        String direction = range.descending() ? " DESC" : " ASC";
        return switch (source.order()) {
            case EXECUTION_DURATION -> "e.duration_millis" + direction + ", e.id" + direction;
            case EXECUTION_FINISH -> "e.finished_at" + direction + ", e.id" + direction;
            default -> "e.id" + direction;
        };
    }

    private static long magnitude(int rows) {
        long magnitude = 10;
        while (magnitude < rows) {
            magnitude *= 5;
        }
        return magnitude;
    }
}
