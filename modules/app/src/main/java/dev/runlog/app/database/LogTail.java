package dev.runlog.app.database;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts PostgreSQL's log to its end, and reads that to quote it in Runlog's own. */
final class LogTail {
    private static final int BYTES_MAX = 16 * 1024;
    private static final int KEPT_BYTES = 1 << 20;
    private static final int LINES_MAX = 6;
    private static final int CHARS_MAX = 2000;
    /**
     * Lines that may contain statements or rows, which must not get into Runlog's log. Continuation lines start with a
     * tab.
     */
    private static final Pattern QUOTES_DATA = Pattern.compile("^\\t|\\b(ERROR|DETAIL|CONTEXT|QUERY|STATEMENT): ");

    private LogTail() {}

    /** Returns the last lines after a position, joined into one; "(no log)" if there are none. */
    static String since(Path file, long position) {
        List<String> lines = read(file, position)
                .lines()
                .filter(line -> !line.isBlank() && !QUOTES_DATA.matcher(line).find())
                .toList();
        if (lines.isEmpty()) {
            return "(no log)";
        }
        String text = String.join(" | ", lines.subList(Math.max(0, lines.size() - LINES_MAX), lines.size()));
        return text.substring(Math.max(0, text.length() - CHARS_MAX));
    }

    /** Cuts a log that has grown beyond a size down to its last lines; returns whether it did. */
    static boolean cap(Path file, long bytesMax) throws IOException {
        if (!Files.exists(file) || Files.size(file) <= bytesMax) {
            return false;
        }
        // PostgreSQL has the file open to append to, so it goes on behind what is kept.
        try (FileChannel log = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer kept = ByteBuffer.allocate(KEPT_BYTES);
            int read = log.read(kept, log.size() - KEPT_BYTES);
            int start = 0;
            while (start < read && kept.get(start) != '\n') {
                start++;
            }
            log.truncate(0);
            log.write(kept.limit(Math.max(0, read)).position(Math.min(start + 1, Math.max(0, read))), 0);
        }
        return true;
    }

    private static String read(Path file, long position) {
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            long from = Math.min(log.length(), Math.max(position, log.length() - BYTES_MAX));
            byte[] bytes = new byte[(int) (log.length() - from)];
            log.seek(from);
            log.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }
}
