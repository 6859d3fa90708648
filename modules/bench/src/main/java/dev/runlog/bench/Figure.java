package dev.runlog.bench;

import java.util.List;

/** Something that is measured. Each is a class of its own, and {@link Figures} has them all in their order. */
interface Figure {
    /** The word for {@code --only}. */
    String name();

    /** Measures both sides in turns; leaves what it recorded where it is, which the end of the run takes away. */
    List<Row> measure(Bench bench);
}
