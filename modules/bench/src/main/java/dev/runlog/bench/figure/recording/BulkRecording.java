package dev.runlog.bench.figure.recording;

import dev.runlog.bench.database.DataSetSql;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.figure.Figure;
import dev.runlog.bench.figure.StagedRows;
import dev.runlog.bench.result.Goal;
import dev.runlog.bench.result.Row;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.traffic.EventSender;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Executions recorded by {@code POST /events}, compared with COPY of equal rows into the same tables. */
public final class BulkRecording implements Figure {
    static final int CONNECTIONS = 4;
    static final int LINES = 5_000;

    private final boolean lifecycles;

    private BulkRecording(boolean lifecycles) {
        this.lifecycles = lifecycles;
    }

    public static Figure ofComplete() {
        return new BulkRecording(false);
    }

    public static Figure ofLifecycles() {
        return new BulkRecording(true);
    }

    @Override
    public String name() {
        return lifecycles ? "bulk-lifecycles" : "bulk-complete";
    }

    @Override
    public List<Row> measure(Bench bench) {
        int rows = bench.options().bulkRows();
        String title = lifecycles ? "Bulk recording of starts and finishes" : "Bulk recording of complete executions";
        bench.server();
        // Once for warm-up and the pages of the newest partition, then for the figure.
        record(bench, rows);
        Bench.Pair pair = bench.alternate(title, () -> record(bench, rows), () -> copy(bench, rows));
        bench.noteRecorded(lifecycles ? 0 : pair.ours().median());
        return List.of(Row.ofRatio(
                title,
                "executions/s",
                pair.ours(),
                "COPY of equal rows",
                pair.floor(),
                lifecycles ? Goal.atLeast(0.25, 0.40) : Goal.atLeast(0.60, 0.80),
                CONNECTIONS + " connections, " + LINES + " events per request"
                        + (lifecycles ? ", no finish in the request of its start" : "")
                        + "; COPY is one stream and does not maintain rollups"));
    }

    private double record(Bench bench, int rows) {
        return lifecycles ? recordLifecycles(bench, rows) : recordComplete(bench, rows);
    }

    /** Records starts and finishes; returns executions per second. */
    public static double recordLifecycles(Bench bench, int rows) {
        return recordLifecycles(bench, rows, false);
    }

    public static double recordLifecycles(Bench bench, int rows, boolean externalIds) {
        return send(bench.server(), rows, lifecycles(bench, StagedRows.make(bench, rows), externalIds));
    }

    /** Records complete executions; returns executions per second. */
    static double recordComplete(Bench bench, int rows) {
        return recordComplete(bench, bench.server(), rows, false);
    }

    static double recordComplete(Bench bench, ServerProcess server, int rows, boolean externalIds) {
        return send(server, rows, complete(bench, StagedRows.make(bench, rows), externalIds));
    }

    private static double send(ServerProcess server, int rows, List<List<EventSender.Body>> bodies) {
        long began = System.nanoTime();
        new EventSender(server.port()).send(bodies);
        double seconds = (System.nanoTime() - began) / 1e9;
        bodies.stream()
                .flatMap(List::stream)
                .flatMap(body -> body.parts().stream())
                .map(EventSender.Part::file)
                .distinct()
                .forEach(StagedRows::delete);
        return rows / seconds;
    }

    public static List<List<EventSender.Body>> complete(Bench bench, StagedRows staged, boolean externalIds) {
        List<List<EventSender.Body>> bodies = connections();
        List<EventSender.Part> parts = EventSender.split(staged.eventFile(bench, "execution", externalIds), LINES);
        for (int i = 0; i < parts.size(); i++) {
            bodies.get(i % CONNECTIONS).add(new EventSender.Body(List.of(parts.get(i))));
        }
        return bodies;
    }

    /** Each request finishes the executions that the previous one on its connection started, and starts others. */
    private static List<List<EventSender.Body>> lifecycles(Bench bench, StagedRows staged, boolean externalIds) {
        List<List<EventSender.Body>> bodies = connections();
        List<EventSender.Part> starts = EventSender.split(staged.eventFile(bench, "started", externalIds), LINES / 2);
        List<EventSender.Part> finishes =
                EventSender.split(staged.eventFile(bench, "finished", externalIds), LINES / 2);
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            EventSender.Part finish = null;
            for (int i = connection; i < starts.size(); i += CONNECTIONS) {
                bodies.get(connection)
                        .add(new EventSender.Body(
                                finish == null ? List.of(starts.get(i)) : List.of(finish, starts.get(i))));
                finish = finishes.get(i);
            }
            if (finish != null) {
                bodies.get(connection).add(new EventSender.Body(List.of(finish)));
            }
        }
        return bodies;
    }

    private static double copy(Bench bench, int rows) {
        Path file = StagedRows.make(bench, rows).copyFile(bench);
        long began = System.nanoTime();
        bench.database().copyFrom("execution (" + DataSetSql.COLUMNS + ")", file);
        double seconds = (System.nanoTime() - began) / 1e9;
        StagedRows.delete(file);
        return rows / seconds;
    }

    private static List<List<EventSender.Body>> connections() {
        List<List<EventSender.Body>> bodies = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            bodies.add(new ArrayList<>());
        }
        return bodies;
    }
}
