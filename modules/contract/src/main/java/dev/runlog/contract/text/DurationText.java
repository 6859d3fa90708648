package dev.runlog.contract.text;

import java.math.BigDecimal;
import java.time.Duration;

/** Durations as messages show them to people, such as {@code 0.5 s}, {@code 30 s}, {@code 2 h} or {@code 12 days}. */
public final class DurationText {
    private DurationText() {}

    /** The duration in its largest whole unit, or in seconds. */
    public static String of(Duration duration) {
        long minutes = duration.toMinutes();
        if (minutes == 0 || !duration.equals(Duration.ofMinutes(minutes))) {
            BigDecimal seconds = BigDecimal.valueOf(duration.toMillis(), 3);
            return seconds.stripTrailingZeros().toPlainString() + " s";
        }
        if (minutes % 60 != 0) {
            return minutes + " min";
        }
        long hours = minutes / 60;
        if (hours % 24 != 0) {
            return hours + " h";
        }
        return hours == 24 ? "1 day" : hours / 24 + " days";
    }
}
