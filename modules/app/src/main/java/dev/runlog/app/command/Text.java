package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.text.Escapes;
import dev.runlog.contract.text.SafeText;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Formats numbers, times and tables for people. */
public final class Text {
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};
    private static final int STEP = 1000;
    private static final int LINE_MAX = 110;
    private static final int FLEXIBLE_MIN = 8;
    private static final int SHORT_ID = 8;

    private Text() {}

    public static String number(JsonNode number) {
        return number(Math.round(number.asDouble()));
    }

    public static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** For example {@code 1 day} or {@code 2 days}. */
    public static String counted(JsonNode number, String thing) {
        return number(number) + " " + thing + (Math.round(number.asDouble()) == 1 ? "" : "s");
    }

    public static String bytes(JsonNode bytes) {
        double value = bytes.asDouble();
        int unit = 0;
        while (value >= STEP && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }

    static String millis(JsonNode millis) {
        if (!millis.isNumber()) {
            return "-";
        }
        double value = millis.asDouble();
        return value < STEP
                ? String.format(Locale.ROOT, "%.0f ms", value)
                : value < 60 * STEP
                        ? String.format(Locale.ROOT, "%.1f s", value / STEP)
                        : String.format(Locale.ROOT, "%.1f min", value / STEP / 60);
    }

    static String percent(JsonNode share) {
        return share.isNumber() ? String.format(Locale.ROOT, "%.1f %%", share.asDouble() * 100) : "-";
    }

    /** A time in UTC, to the second. */
    public static String moment(JsonNode moment) {
        return moment.isTextual() ? moment.asText().substring(0, 19).replace('T', ' ') : "-";
    }

    /** A time in UTC, to the minute. */
    public static String minute(JsonNode moment) {
        return moment.isTextual() ? moment.asText().substring(0, 16).replace('T', ' ') : "-";
    }

    public static String day(JsonNode moment) {
        return moment.isTextual() ? moment.asText().substring(0, 10) : "-";
    }

    /** A duration such as {@code 30 days}, {@code 1.5 s} or {@code 2m30s}. */
    public static String time(JsonNode duration) {
        if (!duration.isTextual()) {
            return "-";
        }
        Duration time = Duration.parse(duration.asText());
        long days = time.toDays();
        if (time.equals(Duration.ofDays(days)) && days > 0) {
            return days == 1 ? "1 day" : days + " days";
        }
        if (time.toMillis() < STEP) {
            return time.toMillis() + " ms";
        }
        return time.compareTo(Duration.ofMinutes(1)) < 0
                ? String.format(Locale.ROOT, "%.1f s", time.toMillis() / (double) STEP)
                : time.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    public static String word(JsonNode constant) {
        return constant.asText().toLowerCase(Locale.ROOT);
    }

    public static String words(JsonNode constants, String none) {
        List<String> words = new ArrayList<>();
        constants.forEach(constant -> words.add(word(constant)));
        return words.isEmpty() ? none : String.join(", ", words);
    }

    /** The full ID or its end, which differs even between IDs of the same minute. */
    public static String id(JsonNode id, boolean whole) {
        return whole ? id.asText() : shortId(id.asText());
    }

    /** The end of an ID, for display and as input. */
    public static String shortId(String id) {
        return id.substring(Math.max(0, id.length() - SHORT_ID));
    }

    /** Prints a table to standard output. */
    public static void print(int left, List<String[]> rows, int... flexible) {
        print(System.out, left, rows, flexible);
    }

    /**
     * Prints rows with columns as wide as necessary.
     *
     * @param left number of left-aligned columns; the others are right-aligned
     * @param flexible columns that may be truncated to fit the line; none to keep all text
     */
    public static void print(PrintStream to, int left, List<String[]> rows, int... flexible) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        // Keeps line breaks in a cell from breaking the table.
        List<String[]> cells = rows.stream()
                .map(row -> Arrays.stream(row).map(Escapes::line).toArray(String[]::new))
                .toList();
        for (String[] row : cells) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        shrink(widths, flexible);
        for (String[] row : cells) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(i == 0 ? "" : "  ")
                        .append(String.format(
                                (i < left ? "%-" : "%") + Math.max(1, widths[i]) + "s",
                                fit(row[i], Math.max(1, widths[i]))));
            }
            to.println(line.toString().stripTrailing());
        }
    }

    /** Narrows the widest flexible column until a line fits. */
    private static void shrink(int[] widths, int[] flexible) {
        while (Arrays.stream(widths).sum() + 2 * (widths.length - 1) > LINE_MAX) {
            int widest = -1;
            for (int column : flexible) {
                if (widths[column] > FLEXIBLE_MIN && (widest < 0 || widths[column] > widths[widest])) {
                    widest = column;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
        }
    }

    private static String fit(String text, int width) {
        return text.length() <= width ? text : SafeText.shorten(text, width - 1);
    }
}
