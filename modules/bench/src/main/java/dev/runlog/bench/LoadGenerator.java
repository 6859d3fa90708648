package dev.runlog.bench;

/** Puts loads on the server from outside of it. */
interface LoadGenerator extends AutoCloseable {
    /** As it is told in the report. */
    String name();

    Load.Outcome run(Load load);

    @Override
    void close();
}
