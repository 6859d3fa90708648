package dev.runlog.recording.config;

import java.time.Duration;
import java.util.List;

/** The keys under {@code recording} in config/runlog.yaml, which documents them. */
public record RecordingConfig(
        int batchSizeMax,
        int batchCharsMax,
        Duration batchLinger,
        int writers,
        int queueMax,
        int queueCharsMax,
        double queueOwnerShare,
        Duration queueWait,
        int payloadMaxBytes,
        int resultMaxBytes,
        Oversize oversize,
        int jsonDepthMax,
        int errorMessageMaxChars,
        int stackTraceMaxChars,
        int labelsMax,
        int labelMaxChars,
        int nameMaxChars,
        int stepsMax,
        Duration startAheadMax,
        Duration startAgeMax,
        Duration startSkewMax,
        List<String> redactPaths,
        List<String> redactNames,
        boolean redactTexts,
        Duration heartbeatTimeoutMax,
        Duration heartbeatSweepInterval,
        Duration runTimeMax,
        Duration queuedTimeMax,
        Duration durationsInterval,
        Duration externalIdSweepInterval,
        int externalIdSweepPages,
        int partitionsAheadDays,
        int workflowsMax,
        int workflowsPerHourMax,
        int daysPerHourMax) {

    public RecordingConfig {
        redactPaths = List.copyOf(redactPaths);
        redactNames = List.copyOf(redactNames);
    }

    /** What to do with a payload over its limit. */
    public enum Oversize {
        REFUSE,
        TRUNCATE
    }
}
