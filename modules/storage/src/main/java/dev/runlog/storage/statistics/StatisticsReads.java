package dev.runlog.storage.statistics;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetStatistics.Interval;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.Statistics.Ages;
import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.querying.WorkflowStatistics;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.rollup.RollupCounts;
import dev.runlog.storage.rollup.RollupCounts.Range;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads statistics from the rollups. */
public final class StatisticsReads {
    private static final String RECORDED = "d.queued + d.running + d.success + d.failed + d.cancelled + d.crashed";

    private static final int RATE_DAYS = 7;

    private final Database database;
    private final IntervalCounts counts;
    private final DurationQuantiles durations;
    private final WorkflowRanking ranking;
    private final DatabaseSize size;
    private final int intervalsMax;

    public StatisticsReads(Database database, int intervalsMax) {
        this.database = database;
        this.counts = new IntervalCounts(database);
        this.durations = new DurationQuantiles(database);
        this.ranking = new WorkflowRanking(database);
        this.size = new DatabaseSize(database);
        this.intervalsMax = intervalsMax;
    }

    /** Returns the statistics of the workflows that come first in an order. */
    public Future<List<WorkflowStatistics>> byWorkflow(GetWorkflowStatistics request, Range range) {
        return ranking.read(request, range);
    }

    /**
     * Returns the statistics of a request.
     *
     * @param owner number of the owner; null for all owners
     */
    public Future<Statistics> get(GetStatistics request, @Nullable Integer owner, ZoneId zone, Instant now) {
        String reader = request.viewer().subject();
        LocalDate today = dayOf(now);
        Selection selection = Selection.of(owner, request.workflowId());
        Range days = new Range(owner, request.workflowId(), ceilToDay(request.from()), floorToDay(request.to()));
        Future<Row> totals = totals(reader, days, today);
        Future<List<Part>> parts = parts(reader, selection, request.from(), request.to());
        Future<DatabaseSize.@Nullable Size> bytes = request.allOwners() ? size.get(reader) : Future.succeededFuture();
        Interval width = request.interval();
        Future<List<IntervalStatistics>> intervals = width == null
                ? Future.succeededFuture(List.of())
                : totals.compose(found -> intervals(reader, selection, request, width, zone, found, now));
        return Future.all(totals, parts, bytes, intervals).map(all -> {
            LocalDate end = rateEnd(days, today);
            long rateDays = ChronoUnit.DAYS.between(rateStart(days, end), end);
            double perDay = rateDays <= 0 ? 0 : totals.result().getLong("last_days") / (double) rateDays;
            return toStatistics(
                    request, totals.result(), parts.result(), today, perDay, bytes.result(), intervals.result());
        });
    }

    /** Executions of a part of a day; stored is null if some of the day were deleted. */
    private record Part(
            LocalDate day, StatusCounts recorded, @Nullable StatusCounts stored) {}

    /** Reads the parts of days at the ends of a range. */
    private Future<List<Part>> parts(String reader, Selection selection, @Nullable Instant from, @Nullable Instant to) {
        List<List<Instant>> pieces = new ArrayList<>();
        if (from != null && to != null && dayOf(from).equals(dayOf(to)) && !isMidnight(from)) {
            pieces.add(List.of(from, to));
        } else {
            if (from != null && !isMidnight(from)) {
                pieces.add(List.of(from, start(dayOf(from).plusDays(1))));
            }
            if (to != null && !isMidnight(to)) {
                pieces.add(List.of(start(dayOf(to)), to));
            }
        }
        List<Future<Part>> read = new ArrayList<>();
        for (List<Instant> piece : pieces) {
            read.add(counts.read(reader, selection, piece, IntervalCounts.Kind.STORED)
                    .map(found -> {
                        StatusCounts recorded = found.intervals().get(0).counts();
                        return new Part(dayOf(piece.get(0)), recorded, found.lacksDeleted() ? null : recorded);
                    }));
        }
        return Future.all(read).map(all -> read.stream().map(Future::result).toList());
    }

    private Future<Row> totals(String reader, Range range, LocalDate today) {
        Sql sql = new Sql().add("SELECT ");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            String column = RollupColumns.recorded(status);
            sql.add("coalesce(sum(d." + column + "), 0)::bigint AS " + column + ", coalesce(sum("
                    + RollupColumns.present(Set.of(status)) + "), 0)::bigint AS " + column + "_now,\n  ");
        }
        String now = RollupColumns.present(Set.of());
        String day = sql.argument(today);
        String[] ages = {
            "d.day >= " + day,
            "d.day < " + day + " AND d.day >= " + day + " - 6",
            "d.day < " + day + " - 6 AND d.day >= " + day + " - 29",
            "d.day < " + day + " - 29"
        };
        for (int age = 0; age < ages.length; age++) {
            sql.add("coalesce(sum(" + now + ") FILTER (WHERE " + ages[age] + "), 0)::bigint AS age_" + age + ",\n  ");
        }
        LocalDate end = rateEnd(range, today);
        sql.add("coalesce(sum(" + RECORDED + ") FILTER (WHERE d.day < ")
                .bind(end)
                .add(" AND d.day >= ")
                .bind(rateStart(range, end))
                .add("), 0)::bigint AS last_days,\n  ");
        sql.add("min(d.day) FILTER (WHERE " + now
                + " > 0) AS oldest, min(d.day) AS first_day, max(d.day) AS last_day\n");
        RollupCounts.addSource(sql, range);
        return database.query(reader, "statistics", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next());
    }

    /** The day after the last one of the rate. Only complete days count. */
    private static LocalDate rateEnd(Range range, LocalDate today) {
        LocalDate to = range.to();
        return to == null || to.isAfter(today) ? today : to;
    }

    private static LocalDate rateStart(Range range, LocalDate end) {
        LocalDate start = end.minusDays(RATE_DAYS);
        LocalDate from = range.from();
        return from == null || from.isBefore(start) ? start : from;
    }

    private static boolean isMidnight(Instant moment) {
        return moment.equals(moment.truncatedTo(ChronoUnit.DAYS));
    }

    private Future<List<IntervalStatistics>> intervals(
            String reader,
            Selection selection,
            GetStatistics request,
            Interval width,
            ZoneId zone,
            Row totals,
            Instant now) {
        IntervalGrid.Cover cover = cover(request, totals, now);
        if (cover == null) {
            return Future.succeededFuture(List.of());
        }
        IntervalGrid grid = IntervalGrid.of(width, zone, cover, now, intervalsMax);
        if (grid.complete().isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        List<Instant> bounds = grid.bounds();
        Set<LocalDate> divided = new HashSet<>(List.of(IntervalCounts.dividedDays(bounds)));
        // With hours, or days of most other time zones, no interval consists of whole UTC days.
        boolean hasWholeDays = divided.size() < bounds.size() - 1;
        Future<Map<Integer, Quantiles>> quantiles =
                hasWholeDays ? durations.read(reader, selection, bounds) : Future.succeededFuture(Map.of());
        Future<IntervalCounts.Counts> counted = counts.read(reader, selection, bounds, IntervalCounts.Kind.RECORDED);
        return Future.all(quantiles, counted).map(all -> {
            List<IntervalStatistics> intervals = new ArrayList<>();
            for (int i = 0; i < grid.complete().size(); i++) {
                IntervalCounts.Counted interval = counted.result().intervals().get(i);
                if (request.withEmptyIntervals() || interval.counts().total() > 0) {
                    boolean isWhole = !divided.contains(dayOf(bounds.get(i)))
                            && !divided.contains(dayOf(bounds.get(i + 1).minusNanos(1)));
                    intervals.add(new IntervalStatistics(
                            bounds.get(i),
                            bounds.get(i + 1),
                            interval.counts(),
                            grid.complete().get(i),
                            interval.averageDuration(),
                            isWhole ? quantiles.result().get(i) : null));
                }
            }
            return intervals;
        });
    }

    /** The time that the intervals cover: the range, without days before the first or after the last execution. */
    private static IntervalGrid.@Nullable Cover cover(GetStatistics request, Row totals, Instant now) {
        Instant from = request.from();
        Instant to = request.to();
        LocalDate firstDay = totals.getLocalDate("first_day");
        LocalDate lastDay = totals.getLocalDate("last_day");
        Instant end = start(dayOf(now).plusDays(1));
        Instant lastEnd = lastDay == null || start(lastDay).isBefore(end) ? end : start(lastDay.plusDays(1));
        Instant last = to == null || !request.withEmptyIntervals() && lastEnd.isBefore(to) ? lastEnd : to;
        Instant first = from;
        if (first == null || !request.withEmptyIntervals() && isMidnight(first)) {
            if (firstDay != null) {
                first = start(firstDay);
            } else if (first == null) {
                first = to == null ? last : to.truncatedTo(ChronoUnit.DAYS);
            }
        }
        return first.isBefore(last) ? new IntervalGrid.Cover(first, last, from, to) : null;
    }

    private static @Nullable LocalDate ceilToDay(@Nullable Instant moment) {
        if (moment == null) {
            return null;
        }
        LocalDate day = dayOf(moment);
        return start(day).equals(moment) ? day : day.plusDays(1);
    }

    private static @Nullable LocalDate floorToDay(@Nullable Instant moment) {
        return moment == null ? null : dayOf(moment);
    }

    private static LocalDate dayOf(Instant moment) {
        return LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static Statistics toStatistics(
            GetStatistics request,
            Row totals,
            List<Part> parts,
            LocalDate today,
            double perDay,
            DatabaseSize.@Nullable Size size,
            List<IntervalStatistics> intervals) {
        StatusCounts recorded = toCounts(totals, "");
        StatusCounts stored = toCounts(totals, "_now");
        Ages ages = new Ages(
                totals.getLong("age_0"), totals.getLong("age_1"), totals.getLong("age_2"), totals.getLong("age_3"));
        LocalDate oldest = totals.getLocalDate("oldest");
        for (Part part : parts) {
            recorded = recorded.plus(part.recorded());
            stored = stored == null || part.stored() == null ? null : stored.plus(part.stored());
            ages = plus(
                    ages,
                    ChronoUnit.DAYS.between(part.day(), today),
                    part.recorded().total());
            if (part.recorded().total() > 0 && (oldest == null || part.day().isBefore(oldest))) {
                oldest = part.day();
            }
        }
        return new Statistics(
                request,
                stored,
                recorded,
                stored == null ? null : ages,
                oldest,
                size == null ? null : size.bytes(),
                perDay,
                size == null ? null : size.bytesOf(perDay),
                intervals);
    }

    private static Ages plus(Ages ages, long days, long count) {
        return new Ages(
                ages.today() + (days <= 0 ? count : 0),
                ages.previous6Days() + (days > 0 && days <= 6 ? count : 0),
                ages.previous23Days() + (days > 6 && days <= 29 ? count : 0),
                ages.older() + (days > 29 ? count : 0));
    }

    static StatusCounts toCounts(Row row, String suffix) {
        return new StatusCounts(
                row.getLong("queued" + suffix),
                row.getLong("running" + suffix),
                row.getLong("success" + suffix),
                row.getLong("failed" + suffix),
                row.getLong("cancelled" + suffix),
                row.getLong("crashed" + suffix));
    }
}
