package dev.runlog.bench.figure.reading;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.PlainTable;
import dev.runlog.bench.database.SentStatement;
import dev.runlog.bench.database.SqlScript;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.ClosedLoop;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.result.Samples;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Load;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The latest page of random workflows through the server, compared with SQL that reads that page. */
public final class PageAgainstDatabase implements Figure {
    private final String name;
    private final String title;
    private final BiFunction<DataSet, Integer, Call> call;
    private final String floorName;
    private final Function<Bench, SqlScript> floor;
    private final Goal goal;
    private final boolean withPercentiles;

    private PageAgainstDatabase(
            String name,
            String title,
            BiFunction<DataSet, Integer, Call> call,
            String floorName,
            Function<Bench, SqlScript> floor,
            Goal goal,
            boolean withPercentiles) {
        this.name = name;
        this.title = title;
        this.call = call;
        this.floorName = floorName;
        this.floor = floor;
        this.goal = goal;
        this.withPercentiles = withPercentiles;
    }

    /** The floor does not change with the server, so ratios of different versions can be compared. */
    public static Figure byGraphql() {
        return new PageAgainstDatabase(
                "graphql-page",
                "Page of 20 by GraphQL",
                Pages::plainOf,
                "the fixed statement",
                bench -> FixedPage.script(bench.set()),
                Goal.atLeast(0.7),
                true);
    }

    public static Figure byGraphqlAgainstPlainTable() {
        return new PageAgainstDatabase(
                "graphql-page-plain-table",
                "Page of 20 by GraphQL, against a plain table",
                Pages::plainOf,
                "the page from a plain table",
                bench -> {
                    PlainTable.create(bench.database());
                    return PlainTable.page();
                },
                Goal.atLeast(0.45, 0.6),
                false);
    }

    public static Figure byRest() {
        return new PageAgainstDatabase(
                "rest-page",
                "Page of 20 by REST",
                Pages::rest,
                "the same SQL",
                bench -> sentScript(bench, Pages.rest(bench.set(), 1)),
                Goal.atLeast(0.75),
                true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Row> measure(Bench bench) {
        DataSet set = bench.set();
        SqlScript script = floor.apply(bench);
        bench.requireRows(bench.server(), call.apply(set, 1));
        Path calls = bench.write(name, Pages.ofWorkflows(set, workflow -> call.apply(set, workflow)));
        int connections = bench.options().connections();
        ClosedLoop loop = new ClosedLoop(bench, bench.server(), calls, connections);
        List<Load.Outcome> outcomes = new ArrayList<>();
        loop.warmUp();
        Bench.Pair pair = bench.alternate(
                title,
                () -> {
                    outcomes.add(loop.run());
                    return outcomes.get(outcomes.size() - 1).perSecond();
                },
                () -> bench.clients()
                        .run(name, script, connections, bench.options().time()));
        List<Row> rows = new ArrayList<>();
        rows.add(loop.noted(Row.ofRatio(
                title,
                "pages/s",
                pair.ours(),
                bench.clients().name() + ", " + floorName,
                pair.floor(),
                goal,
                connections + " connections, random workflow")));
        if (withPercentiles) {
            rows.add(percentile(
                    title + ", 99th percentile",
                    outcomes,
                    Goal.atMost(4),
                    connections + " connections, closed loop, each request's own time"));
            rows.add(atFixedRate(bench, calls, (int) Math.max(10, pair.ours().median() / 2)));
        }
        return rows;
    }

    private Row atFixedRate(Bench bench, Path calls, int rate) {
        int connections = bench.options().connections();
        Load load = new Load(
                bench.server().port(),
                calls,
                connections,
                rate,
                Duration.ofSeconds(1),
                bench.options().time());
        List<Load.Outcome> outcomes = new ArrayList<>();
        for (int round = 0; round < bench.options().rounds(); round++) {
            outcomes.add(bench.hyperfoil().run(load).orThrow());
        }
        return percentile(
                title + ", 99th percentile at a fixed rate",
                outcomes,
                null,
                "%d connections, %,d pages/s, from when each was due".formatted(connections, rate));
    }

    private static Row percentile(String title, List<Load.Outcome> outcomes, @Nullable Goal goal, String note) {
        return Row.ofRatio(
                title,
                "ms",
                new Samples(outcomes.stream().map(Load.Outcome::p99Millis).toList()),
                "its median",
                new Samples(outcomes.stream().map(Load.Outcome::p50Millis).toList()),
                goal,
                note);
    }

    /** The statement by which the server reads executions; other statements are not part of the floor. */
    private static SqlScript sentScript(Bench bench, Call page) {
        List<SentStatement> sent = bench.statementsOf(page);
        bench.closeTap();
        return sent.stream()
                .filter(statement -> statement.sql().contains("FROM execution "))
                .findFirst()
                .map(statement -> SqlScript.ofRandomWorkflow(statement, 1, bench.set()))
                .orElseThrow(() -> new BenchFailure("No statement reads execution, only " + sent + "."));
    }
}
