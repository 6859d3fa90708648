package dev.runlog.recording.batch;

import dev.runlog.contract.recording.RecordEvents.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Metrics of recording: events by outcome, size and time of batches, waiting events. */
public final class RecordingMetrics {
    private final MeterRegistry meters;
    private final Map<Verdict, Counter> events = new EnumMap<>(Verdict.class);
    private final DistributionSummary batchEvents;
    private final Timer batchTime;

    public RecordingMetrics(MeterRegistry meters, Supplier<Number> waiting) {
        this.meters = meters;
        for (Verdict verdict : Verdict.values()) {
            events.put(
                    verdict,
                    Counter.builder("runlog.recording.events")
                            .description("Events by outcome.")
                            .tag("outcome", verdict.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        this.batchEvents = DistributionSummary.builder("runlog.recording.batch.events")
                .description("Events per batch.")
                .register(meters);
        this.batchTime = Timer.builder("runlog.recording.batch")
                .description("Time from the first statement of a batch to its commit.")
                .publishPercentileHistogram()
                .register(meters);
        Gauge.builder("runlog.recording.waiting", waiting)
                .description("Events waiting for a batch.")
                .register(meters);
    }

    public void count(Verdict verdict) {
        Objects.requireNonNull(events.get(verdict)).increment();
    }

    <T> Future<T> timeBatch(int size, Future<T> batch) {
        Timer.Sample sample = Timer.start(meters);
        batchEvents.record(size);
        return batch.onComplete(done -> sample.stop(batchTime));
    }
}
