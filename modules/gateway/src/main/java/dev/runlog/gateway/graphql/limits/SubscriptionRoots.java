package dev.runlog.gateway.graphql.limits;

import graphql.execution.AbortExecutionException;
import graphql.language.DirectivesContainer;
import graphql.language.Document;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Refuses conditions on the field of a subscription, as the GraphQL specification does from 2025 on. The library fails
 * with various exceptions when it validates them.
 */
final class SubscriptionRoots {
    private static final Set<String> CONDITIONS = Set.of("skip", "include");

    private final Map<String, FragmentDefinition> fragments = new HashMap<>();
    private final Set<String> visited = new HashSet<>();

    private SubscriptionRoots(Document document) {
        document.getDefinitionsOfType(FragmentDefinition.class)
                .forEach(fragment -> fragments.put(fragment.getName(), fragment));
    }

    /** Throws {@link AbortExecutionException} if a subscription has {@code @skip} or {@code @include} at its root. */
    static void requireUnconditional(Document document) {
        SubscriptionRoots roots = new SubscriptionRoots(document);
        for (OperationDefinition operation : document.getDefinitionsOfType(OperationDefinition.class)) {
            if (operation.getOperation() == OperationDefinition.Operation.SUBSCRIPTION) {
                roots.check(operation.getSelectionSet());
            }
        }
    }

    private void check(SelectionSet selections) {
        for (Selection<?> selection : selections.getSelections()) {
            if (((DirectivesContainer<?>) selection)
                    .getDirectives().stream().anyMatch(directive -> CONDITIONS.contains(directive.getName()))) {
                throw new AbortExecutionException("The field of a subscription cannot have @skip or @include.");
            }
            if (selection instanceof InlineFragment inline) {
                check(inline.getSelectionSet());
            } else if (selection instanceof FragmentSpread spread && visited.add(spread.getName())) {
                FragmentDefinition fragment = fragments.get(spread.getName());
                if (fragment != null) {
                    check(fragment.getSelectionSet());
                }
            }
        }
    }
}
