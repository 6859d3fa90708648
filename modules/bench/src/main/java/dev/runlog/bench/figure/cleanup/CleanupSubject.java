package dev.runlog.bench.figure.cleanup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.DataSetSql;
import dev.runlog.bench.database.Databases;
import dev.runlog.bench.database.Postgres;
import dev.runlog.bench.figure.Bench;
import dev.runlog.bench.server.ServerProcess;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Pause;
import dev.runlog.bench.traffic.OwnerTokens;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.function.LongUnaryOperator;

/** The data for cleanups: copies of a separate data set, because each copy can only be cleaned once. */
final class CleanupSubject {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SMALL = 300_000;
    /** As many executions per day as with five million in thirty days. */
    private static final long LARGE = 2_000_000;

    private static final int LARGE_DAYS = 12;
    private static final int LARGE_TIMES_MAX = 20;
    private static final int DRY_RUNS_BEFORE = 20;
    private static final String FIELDS = "id state matched deleted partitionsDropped failure";
    private static final String COPY = "runlog_bench_copy";

    private final Bench bench;
    private final Postgres source;
    private final DataSet set;

    private CleanupSubject(Bench bench, String name, DataSet set) {
        this.bench = bench;
        this.source = Databases.loaded(bench.database().named(name), set);
        DataSet kept = Databases.find(source, set);
        this.set = kept == null ? set : kept;
        if (source.get("SELECT EXISTS (SELECT FROM step)").equals("f")) {
            source.execute("INSERT INTO step (execution_id, index, status, name) "
                    + "SELECT id, 0, 2, 'charge' FROM execution ORDER BY id");
            source.execute("VACUUM (ANALYZE) step");
            source.execute("CHECKPOINT");
        }
    }

    /** As many days as the main data set, with few executions each. */
    static CleanupSubject small(Bench bench) {
        DataSet whole = bench.set();
        return new CleanupSubject(
                bench, "runlog_bench_cleanup", part(whole, Math.min(SMALL, whole.executions()), whole.days()));
    }

    /** Days with a realistic number of executions. */
    static CleanupSubject large(Bench bench) {
        DataSet whole = bench.set();
        return new CleanupSubject(
                bench,
                "runlog_bench_cleanup_large",
                part(whole, Math.min(LARGE, whole.executions() * LARGE_TIMES_MAX), LARGE_DAYS));
    }

    /** The same as {@link #large}, with external IDs. */
    static CleanupSubject largeWithExternalIds(Bench bench) {
        DataSet whole = bench.set();
        CleanupSubject subject = new CleanupSubject(
                bench,
                "runlog_bench_cleanup_external",
                part(whole, Math.min(LARGE, whole.executions() * LARGE_TIMES_MAX), LARGE_DAYS));
        Postgres source = subject.source;
        if (source.get("SELECT EXISTS (SELECT FROM external_execution)").equals("f")) {
            source.execute(DataSetSql.addExternalIds());
            source.execute("VACUUM (FULL, ANALYZE) execution, unsuccessful_execution, external_execution");
            source.execute("CHECKPOINT");
        }
        return subject;
    }

    private static DataSet part(DataSet whole, long executions, int days) {
        double part = Math.min(1, (double) executions / whole.executions());
        return new DataSet(
                executions,
                (int) Math.max(2, whole.workflows() * part),
                (int) Math.max(1, whole.owners() * part),
                days,
                whole.running(),
                whole.endMillis());
    }

    DataSet set() {
        return set;
    }

    /** Start of the day after the first third of all days. */
    Instant aThird() {
        return aThirdOf(set);
    }

    static Instant aThirdOf(DataSet set) {
        return dayOf(set.endMillis() - set.spanMillis() * 2 / 3);
    }

    /** Start of the second day. */
    Instant behindOldestDay() {
        return dayOf(set.endMillis() - set.spanMillis()).plus(Duration.ofDays(1));
    }

    /** Start of the second last day. */
    Instant nearlyAll() {
        return dayOf(set.endMillis() - 86_400_000L);
    }

    private static Instant dayOf(long moment) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(moment), ZoneOffset.UTC)
                .atStartOfDay(ZoneOffset.UTC)
                .toInstant();
    }

    /** A fresh copy. */
    Postgres copy() {
        Postgres copy = source.named(COPY);
        Databases.drop(copy);
        source.named("postgres")
                .execute("CREATE DATABASE " + COPY + " TEMPLATE " + source.name() + " STRATEGY file_copy");
        return copy;
    }

    void drop() {
        Databases.drop(source.named(COPY));
        if (bench.options().keep() == null) {
            Databases.drop(source);
        }
    }

    /**
     * Result of a cleanup.
     *
     * @param rowsGoneNanos time from the request until all matching executions are deleted
     * @param nanos time from the request until the cleanup is completed
     */
    record Outcome(long matched, long deleted, long partitionsDropped, long rowsGoneNanos, long nanos) {}

    /** Warms up cleanups on a server. */
    static void warmUp(ServerProcess server, Instant before, String status) {
        for (int i = 0; i < DRY_RUNS_BEFORE; i++) {
            clean(server, before, status, true);
        }
    }

    /** Requests a cleanup for all owners and waits for its end; a dry run ends with its response. */
    static Outcome clean(ServerProcess server, Instant before, String status, boolean dryRun) {
        // A hundredth of the time so far: precise enough, and negligible load.
        return clean(server, before, status, dryRun, nanos -> Math.max(2, Math.min(100, nanos / 100_000_000)));
    }

    /** Polls only once per second, for figures that measure the effect of a cleanup on others. */
    static Outcome cleanInBackground(ServerProcess server, Instant before, String status) {
        return clean(server, before, status, false, nanos -> 1000);
    }

    /** @param pauseMillis polling interval, from the nanoseconds since the request */
    private static Outcome clean(
            ServerProcess server, Instant before, String status, boolean dryRun, LongUnaryOperator pauseMillis) {
        long began = System.nanoTime();
        JsonNode cleanup = data(server, """
                {"query":"mutation { cleanupExecutions(input: { before: \\"%s\\", %s allOwners: true, dryRun: %s }) { cleanup { %s } } }"}""".formatted(
                                before, status.isEmpty() ? "" : "statuses: [" + status + "],", dryRun, FIELDS))
                .at("/cleanupExecutions/cleanup");
        long rowsGoneNanos = 0;
        while (true) {
            long nanos = System.nanoTime() - began;
            long matched = cleanup.get("matched").asLong();
            long deleted = cleanup.get("deleted").asLong();
            if (rowsGoneNanos == 0 && deleted > 0 && deleted == matched) {
                rowsGoneNanos = nanos;
            }
            switch (cleanup.get("state").asText()) {
                case "COMPLETED" -> {
                    return new Outcome(
                            matched,
                            deleted,
                            cleanup.get("partitionsDropped").asLong(),
                            rowsGoneNanos == 0 ? nanos : rowsGoneNanos,
                            nanos);
                }
                case "FAILED", "CANCELLED" -> throw new BenchFailure("The cleanup failed: " + cleanup);
                default -> Pause.millis(pauseMillis.applyAsLong(nanos));
            }
            cleanup = data(server, """
                    {"query":"{ cleanup(id: \\"%s\\") { %s } }"}""".formatted(cleanup.get("id").asText(), FIELDS))
                    .get("cleanup");
        }
    }

    private static JsonNode data(ServerProcess server, String body) {
        try {
            JsonNode answer = JSON.readTree(server.graphql(OwnerTokens.ENGINE, body));
            if (answer.has("errors")) {
                throw new BenchFailure("The server returned an error: " + answer.get("errors"));
            }
            return answer.get("data");
        } catch (JsonProcessingException malformed) {
            throw new BenchFailure("The server did not return JSON.", malformed);
        }
    }
}
