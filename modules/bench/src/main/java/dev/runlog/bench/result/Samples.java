package dev.runlog.bench.result;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One value per round. */
public record Samples(List<Double> values) {

    public Samples {
        values = List.copyOf(values);
    }

    public static Samples of(double value) {
        return new Samples(List.of(value));
    }

    public double median() {
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

    /** Range of the values relative to the median. */
    double spread() {
        return median() == 0 ? 0 : (max() - min()) / median();
    }

    /** Divides round by round, because a slow round affects both sides. */
    Samples dividedBy(Samples others) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / others.values.get(i));
        }
        return new Samples(ratios);
    }
}
