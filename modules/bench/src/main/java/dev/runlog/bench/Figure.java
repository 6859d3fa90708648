package dev.runlog.bench;

import java.util.List;

/** A measurement. Each has its own class; {@link Figures} lists them in order. */
interface Figure {
    /** Name for {@code --only}. */
    String name();

    /** Measures both sides in turns. What it records is removed at the end of the run. */
    List<Row> measure(Bench bench);
}
