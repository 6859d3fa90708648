package dev.runlog.bench.server;

import dev.runlog.bench.result.Samples;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Number of busy cores during a load: its processor time divided by its duration.
 *
 * @param threads of the server, by ID
 * @param database null if it runs elsewhere
 * @param idle of the machine
 */
public record Cores(
        double client,
        double server,
        Map<Long, Double> threads,
        @Nullable Double database,
        double idle) {

    public Cores {
        threads = Map.copyOf(threads);
    }

    /** The median of each value. */
    public static Cores median(List<Cores> rounds) {
        Map<Long, Double> threads = new HashMap<>();
        rounds.get(0).threads.keySet().forEach(id -> threads.put(id, median(rounds, round -> round.of(id))));
        boolean isLocal = rounds.stream().allMatch(round -> round.database != null);
        return new Cores(
                median(rounds, Cores::client),
                median(rounds, Cores::server),
                threads,
                isLocal ? median(rounds, round -> round.database == null ? 0 : round.database) : null,
                median(rounds, Cores::idle));
    }

    private static double median(List<Cores> rounds, ToDoubleFunction<Cores> value) {
        return new Samples(rounds.stream().map(value::applyAsDouble).toList()).median();
    }

    public double of(long thread) {
        return threads.getOrDefault(thread, 0.0);
    }

    /** Threads whose names begin with a prefix, busiest first. */
    public List<Long> busiest(String prefix, Map<Long, String> names) {
        List<Long> found = new ArrayList<>(threads.keySet());
        found.removeIf(id -> !names.getOrDefault(id, "").startsWith(prefix));
        found.sort((one, other) -> Double.compare(of(other), of(one)));
        return found;
    }

    /** Returns the text for the report. */
    public String describe(Map<Long, String> names) {
        List<Long> busiest = busiest("", names);
        return String.format(
                Locale.ROOT,
                "cores: client %.2f, server %.2f%s%s",
                client,
                server,
                busiest.isEmpty()
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " (busiest thread %s: %.2f)",
                                names.getOrDefault(busiest.get(0), "unknown"),
                                of(busiest.get(0))),
                database == null ? "" : String.format(Locale.ROOT, ", database %.2f", database));
    }
}
