package dev.runlog.gateway.graphql;

import dev.runlog.contract.querying.ExecutionColumns;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.DataFetchingEnvironment;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a query asks of a list of executions, whatever its directives leave of it in the end. */
final class ListSelection {
    private static final Set<String> COUNTS = Set.of("totalCount", "countAtLeast");
    private static final Set<String> WAY_TO_NODES = Set.of("edges", "node", "nodes");

    /** What needs no more of an execution than {@link ExecutionColumns#OUTLINE}, or nothing of it. */
    private static final Set<String> OF_OUTLINE = Set.of(
            "__typename",
            "totalCount",
            "countAtLeast",
            "pageInfo",
            "cursor",
            "id",
            "workflow",
            "status",
            "startedAt",
            "finishedAt",
            "duration",
            "durationMillis",
            "error");

    private ListSelection() {}

    /** Looks no further than the connection's own fields: a count that is asked for in a fragment comes afterwards. */
    static boolean asksForCount(DataFetchingEnvironment env) {
        for (Field field : env.getMergedField().getFields()) {
            for (Selection<?> selection : field.getSelectionSet().getSelections()) {
                if (selection instanceof Field asked && COUNTS.contains(asked.getName())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What of each execution has to be read. */
    static ExecutionColumns columns(DataFetchingEnvironment env) {
        for (Field field : env.getMergedField().getFields()) {
            if (!isOfOutline(field.getSelectionSet(), env.getFragmentsByName())) {
                return ExecutionColumns.ALL;
            }
        }
        return ExecutionColumns.OUTLINE;
    }

    private static boolean isOfOutline(@Nullable SelectionSet selections, Map<String, FragmentDefinition> fragments) {
        if (selections == null) {
            return true;
        }
        for (Selection<?> selection : selections.getSelections()) {
            if (selection instanceof Field field && !WAY_TO_NODES.contains(field.getName())) {
                if (!OF_OUTLINE.contains(field.getName())) {
                    return false;
                }
            } else if (!isOfOutline(PlainSelections.below(selection, fragments), fragments)) {
                return false;
            }
        }
        return true;
    }
}
