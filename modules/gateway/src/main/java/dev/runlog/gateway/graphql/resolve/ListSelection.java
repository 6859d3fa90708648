package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.model.ExecutionOutline;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.schema.DataFetchingEnvironment;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields that a query selects from a list of executions. Directives are ignored: the query may need fewer. */
public final class ListSelection {
    private static final Set<String> COUNTS = Set.of("totalCount", "countAtLeast");
    private static final Set<String> CONNECTION_FIELDS = Set.of("edges", "node", "nodes");

    /** Fields that need no more than {@link ExecutionOutline}. */
    private static final Set<String> OUTLINE_FIELDS = Set.of(
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
            "error",
            "isPartial",
            "searchedUntil");

    private ListSelection() {}

    /** Looks at the connection's own fields only; a count selected in a fragment is read later. */
    static boolean selectsCount(DataFetchingEnvironment env) {
        for (Field field : env.getMergedField().getFields()) {
            for (Selection<?> selection : field.getSelectionSet().getSelections()) {
                if (selection instanceof Field selected && COUNTS.contains(selected.getName())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the outlines of the executions have all selected fields. */
    static boolean needsOutlineOnly(DataFetchingEnvironment env) {
        for (Field field : env.getMergedField().getFields()) {
            if (!needsOutlineOnly(field.getSelectionSet(), env.getFragmentsByName())) {
                return false;
            }
        }
        return true;
    }

    private static boolean needsOutlineOnly(
            @Nullable SelectionSet selections, Map<String, FragmentDefinition> fragments) {
        if (selections == null) {
            return true;
        }
        for (Selection<?> selection : selections.getSelections()) {
            if (selection instanceof Field field && !CONNECTION_FIELDS.contains(field.getName())) {
                if (!OUTLINE_FIELDS.contains(field.getName())) {
                    return false;
                }
            } else if (!needsOutlineOnly(within(selection, fragments), fragments)) {
                return false;
            }
        }
        return true;
    }

    /** The selections within a selection; null for a field without any. */
    public static @Nullable SelectionSet within(Selection<?> selection, Map<String, FragmentDefinition> fragments) {
        if (selection instanceof Field field) {
            return field.getSelectionSet();
        }
        return selection instanceof InlineFragment inline
                ? inline.getSelectionSet()
                : Objects.requireNonNull(fragments.get(((FragmentSpread) selection).getName()))
                        .getSelectionSet();
    }
}
