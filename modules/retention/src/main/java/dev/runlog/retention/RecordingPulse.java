package dev.runlog.retention;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How long recording took for its batches since it was asked last. */
final class RecordingPulse {
    private final MeterRegistry meters;
    private double millisSeen;
    private long batchesSeen;

    RecordingPulse(MeterRegistry meters) {
        this.meters = meters;
    }

    /** The mean of a batch; zero where nothing was recorded here. */
    Duration take() {
        Timer timer = meters.find("runlog.recording.batch").timer();
        if (timer == null) {
            return Duration.ZERO;
        }
        double millis = timer.totalTime(TimeUnit.MILLISECONDS);
        long batches = timer.count();
        double mean = batches == batchesSeen ? 0 : (millis - millisSeen) / (batches - batchesSeen);
        millisSeen = millis;
        batchesSeen = batches;
        return Duration.ofNanos(Math.round(mean * 1e6));
    }
}
