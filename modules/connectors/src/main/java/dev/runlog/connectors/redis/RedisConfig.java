package dev.runlog.connectors.redis;

import java.time.Duration;

/** The keys under {@code connectors.redis} in config/runlog.yaml, which documents them. */
public record RedisConfig(
        String url,
        String tlsCa,
        String stream,
        String group,
        String owner,
        boolean trustOwner,
        String deadLetterStream,
        int deadLettersMax,
        boolean deleteRecorded,
        int readers,
        int batchEntriesMax,
        int batchBytesMax,
        int entryMaxBytes,
        Duration pollInterval,
        Duration claimIdle,
        int deliveriesMax,
        Duration retryMin,
        Duration retryMax,
        Duration answerTimeout) {

    public RedisConfig {
        if (deadLetterStream.isEmpty()) {
            deadLetterStream = stream + ".dead";
        }
    }

    /** Whether events are read from Redis. */
    public boolean enabled() {
        return !url.isEmpty();
    }

    /** Hides the password in the URL. */
    @Override
    public String toString() {
        return "RedisConfig[stream=" + stream + ", group=" + group + "]";
    }
}
