package dev.runlog.querying;

import java.time.Duration;

/** The keys under {@code querying} in config/runlog.yaml, which documents them. */
public record QueryingConfig(
        int countRowsMax,
        Duration readTimeMax,
        int sliceRowsMax,
        int intervalsMax,
        int ownersKnownMax,
        int workflowsKnownMax,
        Duration workflowLife) {}
