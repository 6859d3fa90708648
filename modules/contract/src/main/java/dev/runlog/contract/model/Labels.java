package dev.runlog.contract.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** The labels of executions. */
public final class Labels {
    private Labels() {}

    /** An unmodifiable copy that is sorted by key, so that it reads the same everywhere and after every restart. */
    public static Map<String, String> sorted(Map<String, String> labels) {
        return labels.size() < 2 ? Map.copyOf(labels) : Collections.unmodifiableMap(new TreeMap<>(labels));
    }
}
