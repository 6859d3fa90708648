package dev.runlog.storage.statistics;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.querying.GetStatistics.Interval;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Adjoining intervals of a time zone.
 *
 * @param bounds start of each interval, and the end of the last one
 * @param complete whether each interval is whole and over
 */
record IntervalGrid(List<Instant> bounds, List<Boolean> complete) {

    /** The intervals to show: those that cover a time, cut to a range. */
    record Cover(
            Instant first,
            Instant last,
            @Nullable Instant from,
            @Nullable Instant to) {}

    /**
     * Returns the intervals that a cover touches.
     *
     * @param max maximum number of intervals; more fail with {@code BAD_INPUT}
     */
    static IntervalGrid of(Interval width, ZoneId zone, Cover cover, Instant now, int max) {
        List<Instant> bounds = new ArrayList<>();
        List<Boolean> complete = new ArrayList<>();
        ZonedDateTime start = startOf(width, cover.first().atZone(zone));
        while (start.toInstant().isBefore(cover.last())) {
            if (complete.size() == max) {
                throw RunlogException.badInput("Invalid `interval`: " + width + " divides the range into more than "
                        + max + " intervals (expected a wider interval or a shorter range; querying.intervals-max).");
            }
            ZonedDateTime next = startOf(width, plusOne(width, start));
            if (!next.isAfter(start)) {
                // Clocks were set back by half an hour, within an hour of the day.
                next = plusOne(width, start);
            }
            Instant from = start.toInstant();
            Instant to = next.toInstant();
            boolean cutBefore = cover.from() != null && cover.from().isAfter(from);
            boolean cutAfter = cover.to() != null && cover.to().isBefore(to);
            bounds.add(cutBefore ? cover.from() : from);
            complete.add(!cutBefore && !cutAfter && !to.isAfter(now));
            if (!next.toInstant().isBefore(cover.last())) {
                bounds.add(cutAfter ? cover.to() : to);
            }
            start = next;
        }
        return new IntervalGrid(bounds, complete);
    }

    private static ZonedDateTime startOf(Interval width, ZonedDateTime moment) {
        LocalDate day = moment.toLocalDate();
        return switch (width) {
            case HOUR -> moment.truncatedTo(ChronoUnit.HOURS);
            case DAY -> day.atStartOfDay(moment.getZone());
            case WEEK ->
                day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).atStartOfDay(moment.getZone());
            case MONTH -> day.withDayOfMonth(1).atStartOfDay(moment.getZone());
        };
    }

    private static ZonedDateTime plusOne(Interval width, ZonedDateTime start) {
        return switch (width) {
            case HOUR -> start.plusHours(1);
            case DAY -> start.plusDays(1);
            case WEEK -> start.plusWeeks(1);
            case MONTH -> start.plusMonths(1);
        };
    }
}
