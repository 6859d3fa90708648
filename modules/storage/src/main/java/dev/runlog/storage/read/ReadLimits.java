package dev.runlog.storage.read;

import java.time.Duration;

/**
 * Limits of reads with conditions that no index serves.
 *
 * @param timeMax after this time, a read ends early
 * @param sliceRowsMax maximum number of rows that one statement looks at
 */
public record ReadLimits(Duration timeMax, int sliceRowsMax) {}
