package dev.runlog.gateway.graphql.limits;

import graphql.execution.AbortExecutionException;
import graphql.language.Definition;
import graphql.language.Document;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.Node;
import graphql.language.SelectionSet;
import graphql.language.SelectionSetContainer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Bounds the cost of the fragments of a document before the library validates it: the time of one of its rules grows
 * with the cube of the number of fragments that spread one another. From version 26 on, the library has its own limits
 * (QueryComplexityLimits). The time of this check grows only with the length of the document.
 */
final class Fragments {
    /** An operation or a fragment. */
    private static final class Part {
        private final List<String> spreads = new ArrayList<>();
        /** The definitions that spread this one, once for each spread. */
        private final List<Part> users = new ArrayList<>();
        /**
         * Number of selections with all fragments expanded, in which a spread counts as deep as its fragment is nested.
         */
        private long cost;
        /** Depth of the fragments nested in this one. */
        private int depth;
        /** Number of spreads that are not part of the cost yet. */
        private int pending;
    }

    private Fragments() {}

    /**
     * Throws {@link AbortExecutionException} if fragments spread each other in a cycle, or if the selections of all
     * definitions together, with every fragment expanded, are more than {@code costMax}.
     */
    static void requireWithinLimits(Document document, long costMax) {
        Map<String, Part> fragments = new HashMap<>();
        Set<Part> parts = new LinkedHashSet<>();
        for (Definition<?> definition : document.getDefinitions()) {
            if (definition instanceof SelectionSetContainer<?> container) {
                Part part = definition instanceof FragmentDefinition fragment
                        ? fragments.computeIfAbsent(fragment.getName(), name -> new Part())
                        : new Part();
                parts.add(part);
                addSelections(part, container.getSelectionSet());
            }
        }
        if (fragments.isEmpty()) {
            return;
        }
        if (expand(inOrder(parts, fragments), costMax) < parts.size()) {
            throw new AbortExecutionException("The query's fragments spread each other in a cycle.");
        }
    }

    private static void addSelections(Part part, SelectionSet selections) {
        Deque<SelectionSet> open = new ArrayDeque<>(List.of(selections));
        for (SelectionSet next = open.poll(); next != null; next = open.poll()) {
            for (Node<?> selection : next.getSelections()) {
                part.cost++;
                if (selection instanceof FragmentSpread spread) {
                    part.spreads.add(spread.getName());
                } else if (selection instanceof SelectionSetContainer<?> container
                        && container.getSelectionSet() != null) {
                    open.add(container.getSelectionSet());
                }
            }
        }
    }

    /** Links the definitions, and returns those without spreads. Unknown fragments are left to validation. */
    private static Deque<Part> inOrder(Set<Part> parts, Map<String, Part> fragments) {
        Deque<Part> leaves = new ArrayDeque<>();
        for (Part part : parts) {
            for (String name : part.spreads) {
                Part fragment = fragments.get(name);
                if (fragment != null) {
                    fragment.users.add(part);
                    part.pending++;
                }
            }
            if (part.pending == 0) {
                leaves.add(part);
            }
        }
        return leaves;
    }

    /** Adds up the costs, starting with the leaves, and returns the number of definitions that were reached. */
    private static int expand(Deque<Part> ready, long costMax) {
        int expanded = 0;
        long cost = 0;
        for (Part part = ready.poll(); part != null; part = ready.poll()) {
            expanded++;
            cost += part.cost;
            if (cost > costMax) {
                throw new AbortExecutionException("The query's fragments cost more than " + costMax
                        + " where they are used (graphql.cost-max). Use or nest fewer of them.");
            }
            for (Part user : part.users) {
                user.cost += part.cost + part.depth;
                user.depth = Math.max(user.depth, part.depth + 1);
                user.pending--;
                if (user.pending == 0) {
                    ready.add(user);
                }
            }
        }
        return expanded;
    }
}
