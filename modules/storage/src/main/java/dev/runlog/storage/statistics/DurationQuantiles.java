package dev.runlog.storage.statistics;

import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.Histogram;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads quantiles of durations from the histograms and the deltas not yet folded into them. */
final class DurationQuantiles {
    private final Database database;

    DurationQuantiles(Database database) {
        this.database = database;
    }

    /**
     * Returns the quantiles of each interval that has durations, by its position. Only those of whole UTC days are
     * meaningful.
     *
     * @param bounds start of each interval, ascending, and the end of the last one
     */
    Future<Map<Integer, Quantiles>> read(String reader, Selection selection, List<Instant> bounds) {
        Sql sql = new Sql();
        String starts = sql.argument(bounds.stream()
                .map(bound -> LocalDateTime.ofInstant(bound, ZoneOffset.UTC))
                .toArray(LocalDateTime[]::new));
        String days = " AND d.day >= " + sql.argument(dayOf(bounds.get(0))) + " AND d.day <= "
                + sql.argument(dayOf(bounds.get(bounds.size() - 1)));
        sql.add("SELECT width_bucket(day::timestamp, " + starts + "::timestamp[]) - 1 AS interval, bucket, "
                + "sum(count)::bigint\nFROM (\n  SELECT d.day, b.bucket, b.count\n"
                + "  FROM daily_histogram d, unnest(d.buckets, d.counts) AS b (bucket, count)\n"
                + "  WHERE b.bucket < 1000" + days);
        selection.addHistograms(sql);
        sql.add("\n  UNION ALL\n  SELECT d.day, d.bucket, d.count\n  FROM histogram_delta t, "
                + "unnest(t.owner_ids, t.workflow_ids, t.days, t.buckets, t.counts)\n"
                + "    AS d (owner_id, workflow_id, day, bucket, count)\n  WHERE d.bucket < 1000" + days);
        selection.addDaily(sql);
        sql.add(") d\nGROUP BY interval, bucket\nHAVING sum(count) > 0\nORDER BY interval, bucket");
        return database.query(reader, "statistics-durations", sql.text(), sql.arguments())
                .map(rows -> {
                    Map<Integer, Histogram> histograms = new HashMap<>();
                    rows.forEach(row -> histograms
                            .computeIfAbsent(row.getInteger(0), interval -> new Histogram())
                            .add(row.getShort(1), row.getLong(2)));
                    Map<Integer, Quantiles> quantiles = new HashMap<>();
                    histograms.forEach((interval, histogram) -> quantiles.put(interval, histogram.quantiles()));
                    return quantiles;
                });
    }

    private static LocalDate dayOf(Instant moment) {
        return LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }
}
