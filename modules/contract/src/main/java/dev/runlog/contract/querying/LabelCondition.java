package dev.runlog.contract.querying;

import java.util.Set;

/**
 * A condition on one label.
 *
 * @param values the label has one of these values; empty if only its presence matters
 * @param present whether the label must be present; true if there are values
 */
public record LabelCondition(String key, Set<String> values, boolean present) {
    public LabelCondition {
        values = Set.copyOf(values);
        if (!present && !values.isEmpty()) {
            throw new IllegalArgumentException("A label that must be absent has no values.");
        }
    }

    /** The label has this value. */
    public static LabelCondition is(String key, String value) {
        return new LabelCondition(key, Set.of(value), true);
    }
}
