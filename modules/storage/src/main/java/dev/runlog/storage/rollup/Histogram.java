package dev.runlog.storage.rollup;

import dev.runlog.contract.querying.Statistics.Quantiles;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Counts of durations by bucket, see {@link HistogramDelta#bucketOf}. */
public final class Histogram {
    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private long total;

    public void add(int bucket, long count) {
        counts.merge(bucket, count, Long::sum);
        total += count;
    }

    public Quantiles quantiles() {
        return new Quantiles(quantile(0.5), quantile(0.95), quantile(0.99));
    }

    private Duration quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long below = 0;
        for (Map.Entry<Integer, Long> bucket : counts.entrySet()) {
            below += bucket.getValue();
            if (below >= rank) {
                return HistogramDelta.middleOf(bucket.getKey());
            }
        }
        throw new IllegalStateException("The histogram is empty.");
    }
}
