package dev.runlog.bench.figure.reading;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.PlainTable;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.ClosedLoop;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.server.PostGraphile;
import dev.runlog.bench.traffic.Load;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The real page, compared with a GraphQL server that derives its schema from the plain table. */
public final class PageAgainstPostGraphile implements Figure {
    private static final String TITLE = "Page of 20 with all that a list shows, against PostGraphile";

    @Override
    public String name() {
        return "real-page-postgraphile";
    }

    @Override
    public List<Row> measure(Bench bench) {
        Optional<Path> installed = PostGraphile.install(bench.options().out());
        if (installed.isEmpty()) {
            return List.of();
        }
        PlainTable.create(bench.database());
        DataSet set = bench.set();
        int connections = bench.options().connections();
        ClosedLoop loop = new ClosedLoop(
                bench, bench.server(), bench.write(name(), RequestAgainstPage.realPages(bench)), connections);
        Path calls =
                bench.write(name() + "-floor", Pages.ofWorkflows(set, workflow -> PostGraphile.page(set, workflow)));
        try (PostGraphile other = bench.closeAtEnd(
                PostGraphile.start(installed.get(), bench.database(), PostGraphile.page(set, DataSet.BIG_WORKFLOW)))) {
            loop.warmUp();
            run(bench, other, calls, bench.options().warmUp());
            Bench.Pair pair = bench.alternate(
                    TITLE,
                    loop::perSecond,
                    () -> run(bench, other, calls, bench.options().time()));
            return List.of(loop.noted(Row.ofRatio(
                    TITLE,
                    "pages/s",
                    pair.ours(),
                    "PostGraphile on a plain table",
                    pair.floor(),
                    Goal.atLeast(4),
                    connections + " connections, the same fields")));
        }
    }

    private static double run(Bench bench, PostGraphile other, Path calls, Duration time) {
        Load load = new Load(other.port(), calls, bench.options().connections(), 0, Duration.ZERO, time);
        return bench.closedLoops().run(load).orThrow().perSecond();
    }
}
