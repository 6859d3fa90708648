package dev.runlog.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The latest page of random workflows through the server, compared with the SQL statement of that page alone. */
final class PageAgainstDatabase implements Figure {
    private final String name;
    private final String title;
    private final BiFunction<DataSet, Integer, Call> call;
    private final Goal goal;

    private PageAgainstDatabase(String name, String title, BiFunction<DataSet, Integer, Call> call, Goal goal) {
        this.name = name;
        this.title = title;
        this.call = call;
        this.goal = goal;
    }

    static Figure byGraphql() {
        return new PageAgainstDatabase(
                "graphql-page", "Page of 20 by GraphQL", Pages::plainOf, Goal.atLeast(0.55, 0.75));
    }

    static Figure byRest() {
        return new PageAgainstDatabase("rest-page", "Page of 20 by REST", Pages::rest, Goal.atLeast(0.75));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Row> measure(Bench bench) {
        DataSet set = bench.set();
        SqlScript script = SqlScript.ofRandomWorkflow(statement(bench), 1, set);
        bench.closeTap();
        bench.requireRows(bench.server(), call.apply(set, 1));
        Path calls = bench.write(name, Pages.ofWorkflows(set, workflow -> call.apply(set, workflow)));
        int connections = bench.options().connections();
        List<Double> tails = new ArrayList<>();
        List<Double> medians = new ArrayList<>();
        // The first time is for warm-up.
        bench.closedLoop(bench.server(), calls, connections);
        Bench.Pair pair = bench.alternate(
                title,
                () -> {
                    Load.Outcome outcome = bench.closedLoop(bench.server(), calls, connections);
                    medians.add(outcome.p50Millis());
                    tails.add(outcome.p99Millis());
                    return outcome.perSecond();
                },
                () -> bench.clients()
                        .run(name, script, connections, bench.options().time()));
        Load atHalf = new Load(
                bench.server().port(),
                calls,
                connections,
                (int) Math.max(10, pair.ours().median() / 2),
                Duration.ofSeconds(1),
                bench.options().time());
        List<Double> paced = new ArrayList<>();
        List<Double> pacedMedians = new ArrayList<>();
        for (int round = 0; round < bench.options().rounds(); round++) {
            Load.Outcome outcome = bench.hyperfoil().run(atHalf).orThrow();
            paced.add(outcome.p99Millis());
            pacedMedians.add(outcome.p50Millis());
        }
        return List.of(
                Row.ofRatio(
                        title,
                        "pages/s",
                        pair.ours(),
                        bench.clients().name() + ", the same SQL",
                        pair.floor(),
                        goal,
                        connections + " connections, random workflow"),
                Row.ofRatio(
                        title + ", 99th percentile",
                        "ms",
                        new Samples(tails),
                        "its median",
                        new Samples(medians),
                        Goal.atMost(4),
                        connections + " connections, closed loop, each request's own time"),
                Row.ofRatio(
                        title + ", 99th percentile at a fixed rate",
                        "ms",
                        new Samples(paced),
                        "its median",
                        new Samples(pacedMedians),
                        null,
                        "%d connections, %,d pages/s, from when each was due".formatted(connections, atHalf.rate())));
    }

    /** Returns the statement that reads executions; other statements are not part of the floor. */
    private SentStatement statement(Bench bench) {
        List<SentStatement> sent = bench.statementsOf(call.apply(bench.set(), 1));
        return sent.stream()
                .filter(statement -> statement.sql().contains("FROM execution "))
                .findFirst()
                .orElseThrow(() -> new BenchFailure("No statement reads execution, only " + sent + "."));
    }
}
