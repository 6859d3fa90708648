package dev.runlog.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One value of each round. */
record Samples(List<Double> values) {

    Samples {
        values = List.copyOf(values);
    }

    static Samples of(double value) {
        return new Samples(List.of(value));
    }

    double median() {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    double min() {
        return Collections.min(values);
    }

    double max() {
        return Collections.max(values);
    }

    /** From the smallest to the largest, as a part of the median. */
    double spread() {
        return median() == 0 ? 0 : (max() - min()) / median();
    }

    /** Round by round, so that what slows a whole round down slows both of its sides. */
    Samples dividedBy(Samples others) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / others.values.get(i));
        }
        return new Samples(ratios);
    }
}
