package dev.runlog.gateway.graphql.limits;

import graphql.execution.AbortExecutionException;
import graphql.language.Definition;
import graphql.language.DirectivesContainer;
import graphql.language.Document;
import graphql.language.Node;
import graphql.language.SelectionSet;
import graphql.language.SelectionSetContainer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/** The directives that the library adds to every schema, and that have no effect here. */
public final class HiddenDirectives {
    private static final Set<String> NAMES = Set.of("defer", "experimental_disableErrorPropagation");

    private HiddenDirectives() {}

    /** Whether this is the name of one. */
    public static boolean contains(String name) {
        return NAMES.contains(name);
    }

    /** Throws {@link AbortExecutionException} if a document uses one, as for any other unknown directive. */
    static void requireNone(Document document) {
        Deque<SelectionSet> open = new ArrayDeque<>();
        for (Definition<?> definition : document.getDefinitions()) {
            check(definition, open);
        }
        for (SelectionSet next = open.poll(); next != null; next = open.poll()) {
            for (Node<?> selection : next.getSelections()) {
                check(selection, open);
            }
        }
    }

    private static void check(Node<?> node, Deque<SelectionSet> open) {
        if (node instanceof DirectivesContainer<?> container) {
            container.getDirectives().forEach(directive -> {
                if (contains(directive.getName())) {
                    throw new AbortExecutionException("Unknown directive `@" + directive.getName() + "`.");
                }
            });
        }
        if (node instanceof SelectionSetContainer<?> container && container.getSelectionSet() != null) {
            open.add(container.getSelectionSet());
        }
    }
}
