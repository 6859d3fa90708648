package dev.runlog.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run is done.
 *
 * @param time of each measurement
 * @param only names of figures; empty for all
 * @param keep where the database stays for the next run; null to leave nothing behind
 * @param out where the report goes
 * @param forceHyperfoil whether closed loops run by Hyperfoil even where there is wrk
 */
record Options(
        long executions,
        int workflows,
        int owners,
        int days,
        Duration time,
        Duration warmUp,
        int rounds,
        int connections,
        List<String> only,
        @Nullable Path keep,
        Path out,
        boolean forceHyperfoil) {

    /** Executions that a round of bulk recording records. */
    int bulkRows() {
        return (int) Math.max(20_000, Math.min(200_000, executions / 25));
    }
}
