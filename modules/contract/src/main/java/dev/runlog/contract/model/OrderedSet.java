package dev.runlog.contract.model;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Immutable sets of enum constants, in declaration order. */
final class OrderedSet {
    private OrderedSet() {}

    static <E extends Enum<E>> Set<E> copyOf(Set<E> constants) {
        return constants.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(constants));
    }
}
