package dev.runlog.bench.support;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of a run.
 *
 * @param time duration of each measurement
 * @param only names of figures; empty for all
 * @param keep directory of the kept database; null to keep nothing
 * @param out directory of the report
 * @param forceHyperfoil whether to use Hyperfoil for closed loops even if wrk is installed
 */
public record Options(
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

    /** Number of executions per round of bulk recording. */
    public int bulkRows() {
        return (int) Math.max(20_000, Math.min(200_000, executions / 25));
    }
}
