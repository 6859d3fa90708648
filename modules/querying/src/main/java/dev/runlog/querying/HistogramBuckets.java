package dev.runlog.querying;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The buckets of a histogram.
 *
 * @param width width of all buckets except the first and the last, which are cut to the range
 * @param bounds start of each bucket, and the end of the last one
 */
record HistogramBuckets(Duration width, List<Instant> bounds) {
    private static final long HOUR = 60;
    private static final long DAY = 24 * HOUR;
    private static final long WEEK = 7 * DAY;

    /** In minutes. Each divides a day, or is a number of days. */
    private static final long[] WIDTHS = {
        15, 30, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, WEEK, 2 * WEEK, 4 * WEEK, 13 * WEEK,
        52 * WEEK
    };

    /** A Monday. */
    private static final long FIRST_MONDAY = 4 * DAY;

    /** Divides a range into the narrowest buckets of which at most {@code max} are needed. */
    static HistogramBuckets of(Instant from, Instant to, int max) {
        long width = LongStream.of(WIDTHS)
                .filter(minutes -> isEnough(from, to, minutes, max))
                .findFirst()
                .orElse(0);
        if (width == 0) {
            width = 2 * WIDTHS[WIDTHS.length - 1];
            while (!isEnough(from, to, width, max)) {
                width *= 2;
            }
        }
        List<Instant> bounds = new ArrayList<>(List.of(from));
        for (long next = index(from, width) + 1; max > 1 && start(next, width).isBefore(to); next++) {
            bounds.add(start(next, width));
        }
        bounds.add(to);
        return new HistogramBuckets(Duration.ofMinutes(width), bounds);
    }

    /** A single bucket is not aligned: a start of buckets may divide the range, however wide they are. */
    private static boolean isEnough(Instant from, Instant to, long width, int max) {
        return max == 1
                ? !to.isAfter(from.plus(Duration.ofMinutes(width)))
                : index(to.minusNanos(1), width) - index(from, width) < max;
    }

    private static long index(Instant moment, long width) {
        return Math.floorDiv(Math.floorDiv(moment.getEpochSecond(), 60) - offset(width), width);
    }

    private static Instant start(long index, long width) {
        return Instant.ofEpochSecond((index * width + offset(width)) * 60);
    }

    private static long offset(long width) {
        return width % WEEK == 0 ? FIRST_MONDAY : 0;
    }
}
