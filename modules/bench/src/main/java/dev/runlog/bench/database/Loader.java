package dev.runlog.bench.database;

import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Progress;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Loads a data set into a migrated, empty database: the rows and rollups that recording its events would create. */
public final class Loader {
    private static final int CONNECTIONS = 2;
    private static final long ROWS_AT_ONCE = 50_000;
    private static final String SEED = "loaded";

    private final Postgres database;
    private final DataSet set;

    Loader(Postgres database, DataSet set) {
        this.database = database;
        this.set = set;
    }

    void load() {
        database.execute(DataSetSql.insertWorkflows(set));
        database.executeAll(days().stream()
                .map(day -> "SELECT ensure_day_partitions('" + day + "')")
                .toList());
        insertRows();
        database.executeAll(days().stream().flatMap(Loader::rollups).toList());
        Progress.say("vacuum and analyze");
        // VACUUM cannot run in a block of statements.
        database.execute("VACUUM (ANALYZE) owner");
        database.execute("VACUUM (ANALYZE) workflow");
        database.execute("VACUUM (ANALYZE) execution");
        database.execute("VACUUM (ANALYZE) execution_daily");
        database.execute("VACUUM (ANALYZE) execution_day");
        database.execute("VACUUM (ANALYZE) unsuccessful_execution");
        database.execute("VACUUM (ANALYZE) daily_histogram");
        database.execute("CHECKPOINT");
    }

    /** Removes what recording figures have added since a time, on that day and later. */
    public static void restore(Postgres database, Instant since) {
        LocalDate from = LocalDate.ofInstant(since, ZoneOffset.UTC);
        database.execute("DELETE FROM histogram_delta");
        // Loaded executions have no external IDs.
        database.execute("TRUNCATE external_execution");
        database.execute("DELETE FROM execution WHERE id >= uuid_v7_floor('" + since + "')");
        database.execute("DELETE FROM unsuccessful_execution WHERE id >= uuid_v7_floor('" + from + " 00:00Z')");
        for (LocalDate day = from; !day.isAfter(LocalDate.now(ZoneOffset.UTC)); day = day.plusDays(1)) {
            database.execute("DELETE FROM execution_daily WHERE day = '" + day + "'");
            database.execute("DELETE FROM execution_day WHERE day = '" + day + "'");
            database.execute("DELETE FROM daily_histogram WHERE day = '" + day + "'");
            database.executeAll(rollups(day).toList());
        }
        database.execute("VACUUM (ANALYZE) execution");
        database.execute("VACUUM (ANALYZE) execution_daily");
        database.execute("VACUUM (ANALYZE) daily_histogram");
        database.execute("VACUUM (ANALYZE) unsuccessful_execution");
    }

    private static Stream<String> rollups(LocalDate day) {
        return Stream.of(
                DataSetSql.insertDaily(day.toString()),
                DataSetSql.insertTotals(day.toString()),
                DataSetSql.insertDurations(day.toString()),
                DataSetSql.insertUnsuccessful(day.toString()));
    }

    /** Loads time slices, which each affect one or two partitions. */
    private void insertRows() {
        long firstMillis = set.endMillis() - set.spanMillis();
        double stepMillis = (double) set.spanMillis() / set.executions();
        AtomicLong done = new AtomicLong();
        ExecutorService workers = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            List<CompletableFuture<Void>> slices = new ArrayList<>();
            for (long from = 0; from < set.executions(); from += ROWS_AT_ONCE) {
                long first = from;
                long last = Math.min(set.executions(), from + ROWS_AT_ONCE);
                String rows = DataSetSql.rows(
                        set, SEED, first, last, firstMillis, stepMillis, set.executions() - set.running());
                slices.add(CompletableFuture.runAsync(
                        () -> {
                            database.execute("SET synchronous_commit = off; INSERT INTO execution ("
                                    + DataSetSql.COLUMNS + ")\n" + rows);
                            Progress.part("loading", done.addAndGet(last - first), set.executions());
                        },
                        workers));
            }
            slices.forEach(CompletableFuture::join);
        } catch (CompletionException failure) {
            throw failure.getCause() instanceof BenchFailure known ? known : failure;
        } finally {
            workers.shutdownNow();
        }
    }

    private List<LocalDate> days() {
        LocalDate from = LocalDate.ofInstant(Instant.ofEpochMilli(set.endMillis() - set.spanMillis()), ZoneOffset.UTC);
        LocalDate to = LocalDate.ofInstant(Instant.ofEpochMilli(set.endMillis()), ZoneOffset.UTC);
        return from.datesUntil(to.plusDays(1)).toList();
    }
}
