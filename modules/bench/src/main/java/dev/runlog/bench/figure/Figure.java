package dev.runlog.bench.figure;

import dev.runlog.bench.result.Row;
import java.util.List;

/** A measurement. Each has its own class; {@code Figures} lists them in order. */
public interface Figure {
    /** Name for {@code --only}. */
    String name();

    /** Measures both sides in turns. What it records is removed at the end of the run. */
    List<Row> measure(Bench bench);
}
