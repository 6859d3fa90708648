package dev.runlog.bench.figure.reading;

import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.ClosedLoop;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.server.Cores;
import dev.runlog.bench.support.Progress;
import dev.runlog.bench.traffic.Pages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether pages use every core: processor time of the event loops that serve them. */
public final class EveryLoop implements Figure {
    private static final int CONNECTIONS = 64;
    private static final String EVENT_LOOP = "vert.x-eventloop";
    /** The default number of event loops that answer requests. */
    private static final int LOOPS = Runtime.getRuntime().availableProcessors();

    private static final double BUSIEST_MAX = 0.9;
    /** With less, no core is idle: client, server and database also wait for each other. */
    private static final double IDLE_MIN = 0.25;

    @Override
    public String name() {
        return "every-loop";
    }

    @Override
    public List<Row> measure(Bench bench) {
        ClosedLoop loop =
                new ClosedLoop(bench, bench.server(), bench.write(name(), Pages.plain(bench.set())), CONNECTIONS);
        loop.warmUp();
        bench.repeat(round -> loop.perSecond());
        if (loop.rounds().isEmpty()) {
            Progress.say("  %s skipped: processor time of threads is only known on Linux", name());
            return List.of();
        }
        Map<Long, String> names = bench.server().threadNames();
        List<Double> least = new ArrayList<>();
        List<Double> most = new ArrayList<>();
        List<Double> busiest = new ArrayList<>();
        for (Cores round : loop.rounds()) {
            List<Long> loops = round.busiest(EVENT_LOOP, names);
            least.add(round.of(loops.get(Math.min(LOOPS, loops.size()) - 1)));
            most.add(round.of(loops.get(0)));
            busiest.add(round.of(round.busiest("", names).get(0)));
        }
        double idle = Cores.median(loop.rounds()).idle();
        return List.of(
                Row.ofRatio(
                        "Least busy event loop that serves pages",
                        "cores",
                        new Samples(least),
                        "the busiest one",
                        new Samples(most),
                        Goal.atLeast(0.8),
                        "%d connections, %d event loops".formatted(CONNECTIONS, LOOPS)),
                loop.noted(Row.ofValue(
                        "Busiest thread of the server",
                        "cores",
                        new Samples(busiest),
                        busiestGoal(idle),
                        "%d connections; the goal applies if cores are idle, of which there were %.2f"
                                .formatted(CONNECTIONS, idle))));
    }

    private static @Nullable Goal busiestGoal(double idle) {
        return idle < IDLE_MIN ? null : Goal.atMost(BUSIEST_MAX);
    }
}
