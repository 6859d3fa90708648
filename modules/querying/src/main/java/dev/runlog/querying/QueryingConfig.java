package dev.runlog.querying;

/** The keys under {@code querying} in config/runlog.yaml, which tells their meanings and defaults. */
public record QueryingConfig(int countRowsMax) {}
