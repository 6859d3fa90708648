package dev.runlog.bench.figure.reading;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.DataSetSql;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.ClosedLoop;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Pages;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a screen requests, compared with the plain page by their speeds, both through the server. */
public final class RequestAgainstPage implements Figure {
    private static final int DETAILS = 1_000;
    private static final int STEPS = 20;
    private static final int WORKFLOWS = 10;

    private final String name;
    private final String title;
    private final String unit;
    /** Number of the unit in each request. */
    private final int perRequest;

    private final Function<Bench, List<Call>> calls;
    /** Contained in each complete response. */
    private final String required;

    private final @Nullable Goal goal;
    private final String note;

    private RequestAgainstPage(
            String name,
            String title,
            String unit,
            int perRequest,
            Function<Bench, List<Call>> calls,
            String required,
            @Nullable Goal goal,
            String note) {
        this.name = name;
        this.title = title;
        this.unit = unit;
        this.perRequest = perRequest;
        this.calls = calls;
        this.required = required;
        this.goal = goal;
        this.note = note;
    }

    public static Figure ofRealPage() {
        return new RequestAgainstPage(
                "real-page",
                "Page of 20 with all that a list shows",
                "pages/s",
                1,
                RequestAgainstPage::realPages,
                "\"workflow\":{\"id\"",
                Goal.atLeast(0.8),
                "with trigger, attempt, labels, duration, error and workflow");
    }

    static List<Call> realPages(Bench bench) {
        return ofEachWorkflow(bench, Pages::realOf);
    }

    public static Figure ofWorkflows() {
        return new RequestAgainstPage(
                "workflows-page",
                "Pages of 20 of " + WORKFLOWS + " workflows in one request",
                "pages/s",
                WORKFLOWS,
                bench -> ofEachWorkflow(bench, (set, workflow) -> Pages.ofWorkflowsOfOwner(set, workflow, WORKFLOWS)),
                "\"endCursor\":\"",
                null,
                "also sends the list of workflows");
    }

    public static Figure ofDetail() {
        return new RequestAgainstPage(
                "detail",
                "Detail with payload, result, error and " + STEPS + " steps",
                "requests/s",
                1,
                RequestAgainstPage::details,
                "\"index\":" + (STEPS - 1),
                Goal.atLeast(0.5),
                "a random one of " + DETAILS + " executions, half of them failed");
    }

    public static Figure ofStatistics() {
        return new RequestAgainstPage(
                "statistics",
                "Statistics of an owner by day",
                "requests/s",
                1,
                bench -> ofEachWorkflow(bench, Pages::statistics),
                "\"p95DurationMillis\":",
                null,
                "all days of a random owner, with quantiles");
    }

    private interface CallOfWorkflow {
        Call of(DataSet set, int workflow);
    }

    private static List<Call> ofEachWorkflow(Bench bench, CallOfWorkflow call) {
        return Pages.ofWorkflows(bench.set(), workflow -> call.of(bench.set(), workflow));
    }

    private static List<Call> details(Bench bench) {
        Postgres database = bench.database();
        if (database.get("SELECT EXISTS (SELECT FROM step)").equals("f")) {
            database.execute(DataSetSql.insertSteps(DataSet.BIG_WORKFLOW, DETAILS, STEPS));
            database.execute("VACUUM (ANALYZE) step");
        }
        String ids = database.get(
                "SELECT string_agg(DISTINCT execution_id::text, ' ') FROM step WHERE index = " + (STEPS - 1));
        return Arrays.stream(ids.split(" ", -1))
                .map(id -> Pages.detail(bench.set(), DataSet.BIG_WORKFLOW, id))
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Row> measure(Bench bench) {
        List<Call> requests = calls.apply(bench);
        bench.require(bench.server(), requests.get(0), required);
        int connections = bench.options().connections();
        Path file = bench.write(name, requests);
        Path plainFile = bench.write(name + "-floor", Pages.plain(bench.set()));
        ClosedLoop loop = new ClosedLoop(bench, bench.server(), file, connections);
        ClosedLoop plain = new ClosedLoop(bench, bench.server(), plainFile, connections);
        loop.warmUp();
        Bench.Pair pair = bench.alternate(title, () -> loop.perSecond() * perRequest, plain::perSecond);
        return List.of(loop.noted(Row.ofRatio(title, unit, pair.ours(), "the plain page", pair.floor(), goal, note)));
    }
}
