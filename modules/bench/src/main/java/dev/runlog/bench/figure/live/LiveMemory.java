package dev.runlog.bench.figure.live;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Subscribers;
import java.lang.management.ManagementFactory;
import java.util.List;

/** Peak resident memory of a server with ten thousand idle subscriptions, each on its own socket. */
public final class LiveMemory implements Figure {
    private static final int SUBSCRIBERS = 10_000;
    /** File descriptors that a process needs in addition to sockets. */
    private static final int OTHER_DESCRIPTORS = 500;
    /** Longer than a subscription remembers its snapshot. */
    private static final int SETTLE_MILLIS = 12_000;

    @Override
    public String name() {
        return "live-memory";
    }

    @Override
    public List<Row> measure(Bench bench) {
        int count = (int) Math.min(SUBSCRIBERS, descriptorsMax() - OTHER_DESCRIPTORS);
        if (count < 1) {
            throw new BenchFailure("ulimit -n is " + descriptorsMax() + ", which is too low for any subscriber.");
        }
        try (ServerProcess server = bench.startServer(bench.database());
                Subscribers idle = Subscribers.open(bench.set(), server.port(), count)) {
            Progress.say("  %,d subscribers", count);
            Pause.millis(SETTLE_MILLIS);
            idle.requireAll();
            return List.of(Row.ofValue(
                    "Resident memory with %,d idle subscriptions".formatted(count),
                    "MB",
                    Samples.of(server.residentBytesMax() / 1e6),
                    count < SUBSCRIBERS ? null : Goal.atMost(400),
                    count < SUBSCRIBERS
                            ? "not %,d, as `ulimit -n` is %,d".formatted(SUBSCRIBERS, descriptorsMax())
                            : "each on a socket of its own; the peak, default settings"));
        }
    }

    /** The limit of this process, which the server inherits. */
    private static long descriptorsMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}
