package dev.runlog.bench.figure.cleanup;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A cleanup of whole days by age, with external IDs on every execution, compared with one without. */
public final class ExternalIdCleanup implements Figure {
    @Override
    public String name() {
        return "cleanup-age-external";
    }

    @Override
    public List<Row> measure(Bench bench) {
        CleanupSubject plain = CleanupSubject.large(bench);
        CleanupSubject external = CleanupSubject.largeWithExternalIds(bench);
        try {
            List<CleanupSubject.Outcome> ours = new ArrayList<>();
            List<CleanupSubject.Outcome> floors = new ArrayList<>();
            bench.alternate(name(), () -> clean(bench, external, ours), () -> clean(bench, plain, floors));
            return List.of(
                    row("until the rows are gone", ours, floors, ExternalIdCleanup::rowsGonePerSecond),
                    row("until the files are gone", ours, floors, ExternalIdCleanup::filesGonePerSecond));
        } finally {
            plain.drop();
            external.drop();
        }
    }

    private static double clean(Bench bench, CleanupSubject subject, List<CleanupSubject.Outcome> outcomes) {
        CleanupSubject.Outcome outcome = CleanupSpeed.clean(bench, subject, subject.nearlyAll(), "");
        outcomes.add(outcome);
        return rowsGonePerSecond(outcome);
    }

    private static Row row(
            String until,
            List<CleanupSubject.Outcome> ours,
            List<CleanupSubject.Outcome> floors,
            ToDoubleFunction<CleanupSubject.Outcome> speed) {
        return Row.ofRatio(
                "Cleanup by age, whole days with external IDs, " + until,
                "executions/s",
                samples(ours, speed),
                "without external IDs",
                samples(floors, speed),
                Goal.atLeast(0.5),
                "%,d executions with their steps; the external IDs are swept in the background after that"
                        .formatted(ours.get(0).deleted()));
    }

    private static Samples samples(
            List<CleanupSubject.Outcome> outcomes, ToDoubleFunction<CleanupSubject.Outcome> speed) {
        return new Samples(outcomes.stream().mapToDouble(speed).boxed().toList());
    }

    private static double rowsGonePerSecond(CleanupSubject.Outcome outcome) {
        return outcome.deleted() * 1e9 / outcome.rowsGoneNanos();
    }

    private static double filesGonePerSecond(CleanupSubject.Outcome outcome) {
        return outcome.deleted() * 1e9 / outcome.nanos();
    }
}
