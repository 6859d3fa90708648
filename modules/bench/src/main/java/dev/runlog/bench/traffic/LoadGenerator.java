package dev.runlog.bench.traffic;

/** Generates load on the server. */
public interface LoadGenerator extends AutoCloseable {
    /** Name in the report. */
    String name();

    Load.Outcome run(Load load);

    @Override
    void close();
}
