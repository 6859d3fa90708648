package dev.runlog.querying;

/** The keys under {@code querying} in config/runlog.yaml, which documents them. */
public record QueryingConfig(int countRowsMax) {}
