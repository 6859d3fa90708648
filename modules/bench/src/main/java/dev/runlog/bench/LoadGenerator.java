package dev.runlog.bench;

/** Generates load on the server. */
interface LoadGenerator extends AutoCloseable {
    /** Name in the report. */
    String name();

    Load.Outcome run(Load load);

    @Override
    void close();
}
