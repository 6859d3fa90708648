package dev.runlog.gateway.graphql;

import com.ethlo.time.ITU;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;

/** The texts of times and durations, as every door accepts them. */
public final class ScalarFormats {
    /** Years that RFC 3339 can write. */
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");

    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    /** 10,000 years: far within what milliseconds, dates and PostgreSQL's intervals hold. */
    private static final Duration LONGEST = Duration.ofDays(3_652_500);

    private static final Pattern WITHOUT_OFFSET =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d([Tt ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?)?");
    private static final int SHOWN_MAX = 60;

    private ScalarFormats() {}

    /** A moment of the years 0000 to 9999 in UTC; fails with a message for the client. */
    public static Instant dateTime(String text) {
        Instant moment;
        try {
            moment = ITU.parseDateTime(text).toInstant();
        } catch (DateTimeException | IndexOutOfBoundsException | ArithmeticException malformed) {
            throw new DateTimeException(
                    quoted(text)
                            + (WITHOUT_OFFSET.matcher(text).matches()
                                    ? " has no time with an offset from UTC"
                                    : " is not a date and time")
                            + " (expected RFC 3339, such as 2026-11-24T04:26:10.123Z or 2026-11-24T05:26:10+01:00)",
                    malformed);
        }
        if (moment.isBefore(FIRST) || moment.isAfter(LAST)) {
            throw new DateTimeException(quoted(text) + " is out of range (expected the years 0000 to 9999 in UTC)");
        }
        return moment;
    }

    /** A duration of up to 10,000 years; fails with a message for the client. */
    public static Duration duration(String text) {
        Duration duration;
        try {
            duration = Duration.parse(text);
        } catch (DateTimeException | ArithmeticException malformed) {
            throw new DateTimeException(
                    quoted(text) + " is not a duration (expected ISO 8601, such as P30D or PT1.5S)", malformed);
        }
        if (duration.compareTo(LONGEST) > 0 || duration.compareTo(LONGEST.negated()) < 0) {
            throw new DateTimeException(
                    quoted(text) + " is out of range (expected at most P" + LONGEST.toDays() + "D)");
        }
        return duration;
    }

    /** A client's text as a message shows it: its beginning, without what a terminal or a log may act on. */
    static String quoted(String text) {
        StringBuilder shown = new StringBuilder("'");
        for (int i = 0; i < Math.min(text.length(), SHOWN_MAX); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '\uFFFD' : c);
        }
        return shown.append(text.length() > SHOWN_MAX ? "…'" : "'").toString();
    }
}
