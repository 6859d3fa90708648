package dev.runlog.contract.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The labels of executions. */
public final class Labels {
    private Labels() {}

    /** Returns an unmodifiable copy sorted by key, which makes the order the same everywhere. */
    public static Map<String, String> sorted(Map<String, String> labels) {
        return labels.size() < 2 ? Map.copyOf(labels) : Collections.unmodifiableMap(new TreeMap<>(labels));
    }
}
