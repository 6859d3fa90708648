package dev.runlog.client;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The format of a file of the spool. Each line is an event; a line that starts with {@code ~} is the short form of the
 * event before it. A last line without its line break was being written when the process ended, and is ignored.
 */
final class SpoolLines {
    private static final char SHORT_FORM = '~';

    private SpoolLines() {}

    static byte[] write(List<Event> events) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (Event event : events) {
            lines.writeBytes(event.line());
            lines.write('\n');
            byte[] shortLine = event.shortLine();
            if (shortLine != null) {
                lines.write(SHORT_FORM);
                lines.writeBytes(shortLine);
                lines.write('\n');
            }
        }
        return lines.toByteArray();
    }

    static List<Event> read(byte[] lines) {
        List<Event> events = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < lines.length; i++) {
            if (lines[i] != '\n') {
                continue;
            }
            boolean isShortForm = i > start && lines[start] == SHORT_FORM;
            byte[] line = Arrays.copyOfRange(lines, isShortForm ? start + 1 : start, i);
            start = i + 1;
            int last = events.size() - 1;
            if (!isShortForm) {
                if (line.length > 0) {
                    events.add(new Event(line, null, Event.Kind.OTHER));
                }
            } else if (last >= 0) {
                events.set(last, new Event(events.get(last).line(), line, Event.Kind.OTHER));
            }
        }
        return events;
    }
}
