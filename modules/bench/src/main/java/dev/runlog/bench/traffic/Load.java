package dev.runlog.bench.traffic;

import dev.runlog.bench.support.BenchFailure;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A load on the server.
 *
 * @param calls file of {@link Call}s; each request is a random one
 * @param rate requests per second, started on schedule regardless of earlier ones; 0 for a closed loop
 */
public record Load(int port, Path calls, int connections, int rate, Duration warmUp, Duration time) {

    /**
     * Result of a load.
     *
     * @param perSecond responses with status 200 per second
     * @param failures responses with another status, and requests without a response
     * @param cpuSeconds processor time of the load generator
     */
    public record Outcome(
            double perSecond, long failures, double p50Millis, double p99Millis, double maxMillis, double cpuSeconds) {

        /** Fails if any request failed, which would make the figure meaningless. */
        public Outcome orThrow() {
            if (failures > 0 || perSecond == 0) {
                throw new BenchFailure(failures + " requests failed, " + Math.round(perSecond)
                        + " per second succeeded; see the server log.");
            }
            return this;
        }
    }
}
