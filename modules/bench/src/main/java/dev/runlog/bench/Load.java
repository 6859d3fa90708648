package dev.runlog.bench;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A load on the server.
 *
 * @param calls a file of {@link Call}s, of which each request is a random one
 * @param rate requests a second, started by the clock whatever became of those before; 0 for a closed loop
 */
record Load(int port, Path calls, int connections, int rate, Duration warmUp, Duration time) {

    /**
     * What came of it.
     *
     * @param perSecond answers of status 200
     * @param failures answers of any other status, and requests that got none
     * @param cpuSeconds processor time of the load generator
     */
    record Outcome(
            double perSecond, long failures, double p50Millis, double p99Millis, double maxMillis, double cpuSeconds) {

        /** Fails where anything failed: a figure of errors is none. */
        Outcome orThrow() {
            if (failures > 0 || perSecond == 0) {
                throw new BenchFailure(failures + " requests failed, " + Math.round(perSecond)
                        + " a second were answered; see the server's log.");
            }
            return this;
        }
    }
}
