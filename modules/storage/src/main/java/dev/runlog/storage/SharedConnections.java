package dev.runlog.storage;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Connections that short statements share. Each is sent behind those of other callers, those of one turn of the event
 * loop together, so that a process of the database that has answered finds the next question waiting: neither side is
 * woken for each of them (docs/decisions/0004-speed.md). A statement that may take long would hold up those behind it.
 */
final class SharedConnections {
    private final Pool pool;
    private final int statementsMax;
    private final List<Line> lines;

    private SharedConnections(Pool pool, int connections, int statementsMax) {
        this.pool = pool;
        this.statementsMax = statementsMax;
        this.lines = Stream.generate(Line::new).limit(connections).toList();
    }

    /** Opens each connection when it is first wanted, and again where it was lost. */
    static SharedConnections of(Vertx vertx, DatabaseConfig config) {
        int connections = config.pageConnections();
        return new SharedConnections(
                Database.pool(vertx, config, connections, "pages"), connections, config.pipelining());
    }

    /** Runs a statement on the connection that has the fewest; {@code null} where none takes more. */
    @Nullable
    Future<RowSet<Row>> query(String sql, Tuple arguments) {
        Line line = join();
        return line == null
                ? null
                : line.connection()
                        .compose(connection -> connection.query(sql, arguments))
                        .onComplete(done -> leave(line));
    }

    Future<Void> close() {
        return pool.close();
    }

    private synchronized @Nullable Line join() {
        Line fewest = null;
        for (Line line : lines) {
            if (line.underWay < (fewest == null ? statementsMax : fewest.underWay)) {
                fewest = line;
            }
        }
        if (fewest != null) {
            fewest.underWay++;
        }
        return fewest;
    }

    private synchronized void leave(Line line) {
        line.underWay--;
    }

    /** One connection after another: where one was lost, the next statement opens its successor. */
    private final class Line {
        private int underWay;
        private @Nullable Future<Guarded> opened;

        private synchronized Future<Guarded> connection() {
            Future<Guarded> present = opened;
            boolean lost = present != null
                    && (present.failed()
                            || present.succeeded() && !present.result().guard().isConnected());
            if (present == null || lost) {
                present = pool.getConnection().map(Guarded::of);
                opened = present;
            }
            return present;
        }
    }

    private record Guarded(SqlConnection connection, AnswerGuard guard) {
        static Guarded of(SqlConnection connection) {
            AnswerGuard guard = AnswerGuard.of(connection);
            guard.holdFlushes();
            connection.closeHandler(closed -> guard.giveBack(connection));
            return new Guarded(connection, guard);
        }

        Future<RowSet<Row>> query(String sql, Tuple arguments) {
            return guard.during(() -> connection.preparedQuery(sql).execute(arguments));
        }
    }
}
