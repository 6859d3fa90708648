package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.RowFilter;
import java.util.Set;

/**
 * How the rows of a query are reached: by one index, in the order of the query, and with which of its conditions.
 *
 * @param root the condition that chooses the index
 * @param query the whole query
 * @param statuses the statuses that an index serves; empty for all
 * @param rest the query without the conditions that the index serves: the row conditions
 */
record Source(Root root, ExecutionQuery query, Set<ExecutionStatus> statuses, ExecutionQuery rest) {
    /** The first columns of an index, from the fewest rows to the most. */
    enum Root {
        EXTERNAL_ID,
        RETRIES,
        CHILDREN,
        HELD,
        WORKFLOWS,
        OWNER,
        /** Each of several parents or workflows, joined as {@code p}. */
        JOINED_WORKFLOW,
        JOINED_PARENT,
        JOINED_RETRIED
    }

    private static final ExecutionQuery EVERYTHING = ExecutionQuery.all();

    static Source of(ExecutionQuery query) {
        return of(query, root(query));
    }

    /** The executions of each of several parents. */
    static Source of(ExecutionQuery query, Parent parent) {
        return of(
                query,
                switch (parent) {
                    case WORKFLOW -> Root.JOINED_WORKFLOW;
                    case EXECUTION -> Root.JOINED_PARENT;
                    case RETRIED -> Root.JOINED_RETRIED;
                });
    }

    private static Source of(ExecutionQuery query, Root root) {
        boolean byStatus =
                byStart(query) && isOwnerOrWorkflow(root) && !query.statuses().contains(ExecutionStatus.SUCCESS);
        // Partitions that the start range excludes are not opened, so it is as good as indexed in every order.
        ExecutionQuery rest = new ExecutionQuery(
                root == Root.WORKFLOWS ? Set.of() : query.workflowIds(),
                byStatus ? Set.of() : query.statuses(),
                null,
                null,
                rest(query, root),
                query.not(),
                ExecutionOrder.STARTED_AT_DESC);
        return new Source(root, query, byStatus ? query.statuses() : Set.of(), rest);
    }

    private static Root root(ExecutionQuery query) {
        RowFilter filter = query.filter();
        if (filter.externalId() != null) {
            return Root.EXTERNAL_ID;
        }
        if (filter.retryOf() != null) {
            return Root.RETRIES;
        }
        if (filter.parentId() != null) {
            return Root.CHILDREN;
        }
        if (Boolean.TRUE.equals(filter.held())) {
            return Root.HELD;
        }
        // No index has the finishes of a workflow.
        return query.workflowIds().isEmpty() || query.order().cursorOrder() == Cursor.Order.EXECUTION_FINISH
                ? Root.OWNER
                : Root.WORKFLOWS;
    }

    private static RowFilter rest(ExecutionQuery query, Root root) {
        RowFilter filter = query.filter();
        if (filter.isNone()) {
            return filter;
        }
        RowFilter.Builder rest = filter.toBuilder();
        switch (root) {
            case EXTERNAL_ID -> rest.externalId(null);
            case RETRIES -> rest.retryOf(null);
            case CHILDREN -> rest.parentId(null);
            case HELD -> rest.held(null);
            default -> {}
        }
        if (isOwnerOrWorkflow(root)) {
            switch (query.order().cursorOrder()) {
                case EXECUTION_DURATION -> rest.durationWithin(null, null);
                case EXECUTION_FINISH -> rest.finishedWithin(null, null);
                default -> {}
            }
        }
        return rest.build();
    }

    /**
     * Whether row conditions remain, and the index has so many rows that they are read in slices. No index has the
     * finishes of a workflow.
     */
    boolean isScanned() {
        return root == Root.JOINED_WORKFLOW && order() == Cursor.Order.EXECUTION_FINISH
                || hasRowConditions() && root != Root.EXTERNAL_ID && (byStart(query) || isOwnerOrWorkflow(root));
    }

    /** Whether large texts are searched. */
    boolean hasSearch() {
        ExecutionQuery not = rest.not();
        return rest.filter().search() != null || not != null && not.filter().search() != null;
    }

    boolean hasRowConditions() {
        return !rest.equals(EVERYTHING);
    }

    /**
     * Whether to read the list of failures instead of executions. It has no index for durations, finishes, parents or
     * holds.
     */
    boolean isListOfFailures() {
        return !statuses.isEmpty() && statuses.stream().allMatch(ExecutionStatus::isUnsuccessful);
    }

    /** The cursor of a list by this source. */
    Cursor.Order order() {
        return query.order().cursorOrder();
    }

    private static boolean byStart(ExecutionQuery query) {
        return query.order().cursorOrder() == Cursor.Order.EXECUTION_START;
    }

    private static boolean isOwnerOrWorkflow(Root root) {
        return root == Root.OWNER || root == Root.WORKFLOWS || root == Root.JOINED_WORKFLOW;
    }

    /** The table of the parents. */
    static String table(Parent parent) {
        return parent == Parent.WORKFLOW ? "workflow" : "execution";
    }
}
