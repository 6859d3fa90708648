package dev.runlog.recording;

import dev.runlog.recording.config.RecordingConfig;
import dev.runlog.storage.db.DatabaseConfig;
import dev.runlog.testing.Settings;
import java.time.Duration;
import java.util.List;

/** Configurations for tests: small limits, and no timer fires during a test. */
public final class Configs {
    private Configs() {}

    public static RecordingConfig with(int workflowsMax, int workflowsPerHourMax, int daysPerHourMax) {
        return Settings.of("recording")
                .set("batch-size-max", 100)
                .set("batch-chars-max", 1_000_000)
                .set("queue-max", 1000)
                .set("queue-chars-max", 10_000_000)
                .set("payload-max-bytes", 1000)
                .set("result-max-bytes", 1000)
                .set("oversize", "refuse")
                .set("json-depth-max", 100)
                .set("error-message-max-chars", 20)
                .set("stack-trace-max-chars", 40)
                .set("labels-max", 3)
                .set("label-max-chars", 50)
                .set("name-max-chars", 50)
                .set("steps-max", 100)
                .set("redact-paths", List.of("**.card"))
                .set("redact-names", List.of("*password", "*token", "authorization"))
                .set("heartbeat-sweep-interval", Duration.ofDays(1))
                .set("durations-interval", Duration.ofDays(1))
                .set("external-id-sweep-interval", Duration.ofDays(1))
                .set("partitions-ahead-days", 1)
                .set("workflows-max", workflowsMax)
                .set("workflows-per-hour-max", workflowsPerHourMax)
                .set("days-per-hour-max", daysPerHourMax)
                .as(RecordingConfig.class);
    }

    /** The defaults of a server. */
    public static RecordingConfig serverDefaults(int workflowsMax) {
        return Settings.of("recording")
                .set("workflows-max", workflowsMax)
                .set("heartbeat-sweep-interval", Duration.ofDays(1))
                .set("partitions-ahead-days", 1)
                .as(RecordingConfig.class);
    }

    public static DatabaseConfig database(String url) {
        return database(url, Duration.ofSeconds(5), Duration.ofSeconds(7));
    }

    public static DatabaseConfig database(String url, Duration poolWait, Duration answerTimeout) {
        return Settings.of("database")
                .set("url", url)
                .set("pool-queue-max", 100)
                .set("pool-wait", poolWait)
                .set("answer-timeout", answerTimeout)
                .as(DatabaseConfig.class);
    }
}
