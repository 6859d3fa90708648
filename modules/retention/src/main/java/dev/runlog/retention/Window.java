package dev.runlog.retention;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;

/**
 * The time of day during which policies delete.
 *
 * @param from the start, inclusive
 * @param to the end, exclusive; earlier than {@code from} if the window spans midnight, equal to it for all day
 */
record Window(LocalTime from, LocalTime to, ZoneId zone) {

    /** Parses {@code 02:00-05:00}; an empty text means all day. Failures name the configuration key. */
    static Window parse(String text, String timeZone) {
        ZoneId zone;
        try {
            zone = ZoneId.of(timeZone);
        } catch (DateTimeException unknown) {
            throw new IllegalArgumentException(
                    "Invalid retention.policy-time-zone: '" + timeZone
                            + "' (expected a time zone such as Europe/Berlin).",
                    unknown);
        }
        if (text.isBlank()) {
            return new Window(LocalTime.MIDNIGHT, LocalTime.MIDNIGHT, zone);
        }
        String[] ends = text.trim().split("-", -1);
        try {
            if (ends.length == 2) {
                return new Window(LocalTime.parse(ends[0].trim()), LocalTime.parse(ends[1].trim()), zone);
            }
        } catch (DateTimeException unreadable) {
            // Reported below.
        }
        throw new IllegalArgumentException(
                "Invalid retention.policy-window: '" + text + "' (expected a time range such as 02:00-05:00).");
    }

    boolean isOpen(Instant moment) {
        LocalTime time = LocalTime.ofInstant(moment, zone);
        if (from.equals(to)) {
            return true;
        }
        return from.isBefore(to)
                ? !time.isBefore(from) && time.isBefore(to)
                : !time.isBefore(from) || time.isBefore(to);
    }
}
