package dev.runlog.recording;

import java.time.Duration;
import java.util.List;

/** Configurations of tests: small limits, and no timers that fire during a test. */
final class Configs {
    private Configs() {}

    static RecordingConfig with(int workflowsMax, int workflowsPerHourMax, int daysPerHourMax) {
        return new RecordingConfig(
                100,
                1_000_000,
                Duration.ZERO,
                2,
                1000,
                10_000_000,
                1,
                Duration.ofSeconds(10),
                1000,
                1000,
                RecordingConfig.Oversize.REFUSE,
                100,
                20,
                40,
                3,
                50,
                50,
                100,
                Duration.ofMinutes(5),
                Duration.ofDays(400),
                Duration.ofSeconds(1),
                List.of("**.card"),
                List.of("*password", "*token", "authorization"),
                true,
                Duration.ofDays(31),
                Duration.ofDays(1),
                Duration.ZERO,
                Duration.ofDays(1),
                1,
                workflowsMax,
                workflowsPerHourMax,
                daysPerHourMax);
    }
}
