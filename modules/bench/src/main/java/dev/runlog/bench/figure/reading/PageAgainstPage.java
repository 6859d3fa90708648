package dev.runlog.bench.figure.reading;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.ClosedLoop;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.traffic.Call;
import dev.runlog.bench.traffic.Pages;
import dev.runlog.contract.page.Cursor;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * One kind of page compared with another, both through the server: the cost of a filter, a count or a deep position.
 */
public final class PageAgainstPage implements Figure {
    /** Deep positions, requested in turns. */
    private static final int DEEP_CURSORS = 100;

    private static final int PAGE = 20;
    private static final long DEEP_PAGE = 20_000;

    private final String name;
    private final String title;
    private final Function<Bench, List<Call>> calls;
    private final String floorName;
    private final Function<Bench, List<Call>> floorCalls;
    private final Goal goal;

    private PageAgainstPage(
            String name,
            String title,
            Function<Bench, List<Call>> calls,
            String floorName,
            Function<Bench, List<Call>> floorCalls,
            Goal goal) {
        this.name = name;
        this.title = title;
        this.calls = calls;
        this.floorName = floorName;
        this.floorCalls = floorCalls;
        this.goal = goal;
    }

    public static Figure deep() {
        return new PageAgainstPage(
                "deep-page",
                "Page 20,000 of the big workflow",
                PageAgainstPage::deepCalls,
                "page 1 of it",
                bench -> List.of(Pages.plainOf(bench.set(), DataSet.BIG_WORKFLOW)),
                Goal.atMost(1.1));
    }

    public static Figure ofStatus(String status) {
        return besidePlain(
                "status-" + status.toLowerCase(Locale.ROOT),
                "Page with status: [" + status + "]",
                (set, workflow) -> Pages.ofStatus(set, workflow, status));
    }

    public static Figure ofRange() {
        return besidePlain("time-range", "Page of a time range", Pages::ofRange);
    }

    public static Figure ofOwner() {
        return besidePlain("owner-list", "Page of an owner, across workflows", Pages::ofOwner);
    }

    public static Figure withTotalCount() {
        return new PageAgainstPage(
                "total-count",
                "Page of the big workflow with totalCount",
                bench -> List.of(Pages.withTotalCount(bench.set(), DataSet.BIG_WORKFLOW)),
                "without",
                bench -> List.of(Pages.plainOf(bench.set(), DataSet.BIG_WORKFLOW)),
                Goal.atMost(1.3));
    }

    private interface CallOfWorkflow {
        Call of(DataSet set, int workflow);
    }

    private static Figure besidePlain(String name, String title, CallOfWorkflow call) {
        return new PageAgainstPage(
                name,
                title,
                bench -> Pages.ofWorkflows(bench.set(), workflow -> call.of(bench.set(), workflow)),
                "the plain page",
                bench -> Pages.plain(bench.set()),
                Goal.atMost(1.5));
    }

    private static List<Call> deepCalls(Bench bench) {
        DataSet set = bench.set();
        // Four fifths down if there are not that many pages.
        long page = Math.min(DEEP_PAGE, set.executionsOfBig() / PAGE * 4 / 5);
        String first = bench.database()
                .get("""
                SELECT string_agg(id::text, ' ' ORDER BY id DESC)
                FROM (SELECT id FROM execution WHERE workflow_id = '%s' ORDER BY id DESC OFFSET %d LIMIT %d) e
                """.formatted(DataSet.workflowId(DataSet.BIG_WORKFLOW), (page - 1) * PAGE - 1, DEEP_CURSORS));
        String[] ids = first.split(" ", -1);
        return IntStream.range(0, ids.length)
                .mapToObj(i -> Pages.after(
                        set,
                        DataSet.BIG_WORKFLOW,
                        Cursor.of(Cursor.Order.EXECUTION_START, UUID.fromString(ids[i]))
                                .encode()))
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<Row> measure(Bench bench) {
        List<Call> ours = calls.apply(bench);
        Path file = bench.write(name, ours);
        Path floorFile = bench.write(name + "-floor", floorCalls.apply(bench));
        int connections = bench.options().connections();
        // Most workflows have no running executions, so empty pages must be fast.
        if (!name.equals("status-running")) {
            bench.requireRows(bench.server(), ours.get(0));
        }
        ClosedLoop loop = new ClosedLoop(bench, bench.server(), file, connections);
        ClosedLoop floor = new ClosedLoop(bench, bench.server(), floorFile, connections);
        loop.warmUp();
        Bench.Pair pair = bench.alternate(title, loop::perSecond, floor::perSecond);
        return List.of(loop.noted(
                Row.ofTime(title, "pages/s", pair.ours(), floorName, pair.floor(), goal, "ratio of the times")));
    }
}
