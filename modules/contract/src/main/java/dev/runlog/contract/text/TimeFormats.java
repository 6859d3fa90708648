package dev.runlog.contract.text;

import com.ethlo.time.ITU;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.regex.Pattern;

/** The text of times and durations, the same in every interface. */
public final class TimeFormats {
    /** The years that RFC 3339 can express. */
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    /** 10,000 years: far below the limits of milliseconds, dates and PostgreSQL's intervals. */
    private static final Duration LONGEST = Duration.ofDays(3_652_500);

    private static final Pattern WITHOUT_OFFSET =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d([Tt ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)?");

    private TimeFormats() {}

    /** A time in the years 0000 to 9999 in UTC. Fails with a message for the client. */
    public static Instant dateTime(String text) {
        Instant moment;
        try {
            moment = ITU.parseDateTime(text).toInstant();
        } catch (DateTimeException | IndexOutOfBoundsException | ArithmeticException malformed) {
            throw new DateTimeException(
                    SafeText.quote(text)
                            + (WITHOUT_OFFSET.matcher(text).matches()
                                    ? " has no time with a UTC offset"
                                    : " is not a date and time")
                            + " (expected RFC 3339, such as 2026-11-24T04:26:10.123Z or 2026-11-24T05:26:10+01:00)",
                    malformed);
        }
        if (moment.isBefore(FIRST) || moment.isAfter(LAST)) {
            throw new DateTimeException(
                    SafeText.quote(text) + " is out of range (expected the years 0000 to 9999 in UTC)");
        }
        return moment;
    }

    /** A duration of up to 10,000 years. Fails with a message for the client. */
    public static Duration duration(String text) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeException | ArithmeticException malformed) {
            throw new DateTimeException(
                    SafeText.quote(text) + " is not a duration (expected ISO 8601, such as P30D or PT1.5S)", malformed);
        }
        if (duration.compareTo(LONGEST) > 0 || duration.compareTo(LONGEST.negated()) < 0) {
            throw new DateTimeException(
                    SafeText.quote(text) + " is out of range (expected at most P" + LONGEST.toDays() + "D)");
        }
        return duration;
    }

    /** A time as all responses show it, such as {@code 2026-11-24T04:26:10.123Z}. */
    public static String text(Instant moment) {
        return ITU.formatUtcMilli(moment.atOffset(ZoneOffset.UTC));
    }
}
