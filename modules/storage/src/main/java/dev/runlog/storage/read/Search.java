package dev.runlog.storage.read;

import dev.runlog.storage.sql.Sql;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Text search in an execution, ignoring case. */
final class Search {
    /** Labels are searched as the text of their JSON. The separator keeps texts apart. */
    private static final String TEXT = "concat_ws(chr(31), :row.trigger, :row.external_id, :row.labels::text, "
            + ":row.error_type, :row.error_message, :row.error_details, :row.stack_trace, :row.payload, :row.result)";

    private Search() {}

    /**
     * The condition for a row {@code e}. Each text is decompressed and folded once, hence the subqueries.
     *
     * @param inListOfFailures whether the row is one of the list of failures, which lacks the large columns
     */
    static String condition(Sql sql, String text, boolean inListOfFailures) {
        String contained = needles(text).stream()
                .map(needle -> "strpos(s.text, (SELECT fold(" + sql.argument(needle) + "))) > 0")
                .collect(Collectors.joining(" OR "));
        String raw = inListOfFailures
                ? "SELECT " + TEXT.replace(":row", "x") + " AS raw FROM execution x WHERE x.id = e.id OFFSET 0"
                : "SELECT " + TEXT.replace(":row", "e") + " AS raw OFFSET 0";
        return "EXISTS (SELECT FROM (SELECT fold(t.raw) AS text FROM (" + raw + ") t OFFSET 0) s WHERE " + contained
                + ")";
    }

    /**
     * The text as people write it, and as JSON may escape it. Recorded JSON keeps its escapes; Python, for example,
     * writes only ASCII.
     */
    static Set<String> needles(String text) {
        Set<String> needles = new LinkedHashSet<>();
        needles.add(text);
        String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"");
        needles.add(escaped);
        if (!text.chars().allMatch(character -> character < 0x80)) {
            needles.add(ascii(escaped));
            needles.add(ascii(escaped.toLowerCase(Locale.ROOT)));
            needles.add(ascii(escaped.toUpperCase(Locale.ROOT)));
            needles.add(ascii(escaped.substring(0, 1).toUpperCase(Locale.ROOT)
                    + escaped.substring(1).toLowerCase(Locale.ROOT)));
        }
        return needles;
    }

    private static String ascii(String text) {
        StringBuilder ascii = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < 0x80) {
                ascii.append(character);
            } else {
                ascii.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
            }
        }
        return ascii.toString();
    }
}
