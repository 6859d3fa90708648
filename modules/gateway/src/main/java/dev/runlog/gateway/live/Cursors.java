package dev.runlog.gateway.live;

import dev.runlog.contract.error.RunlogException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes and reads the cursors of one watch. A cursor names the run of the server, the watch and the number of a change,
 * as only these together mark a place: another run has other numbers, and of another watch something else was seen.
 */
final class Cursors {
    /** Instead of a number, for events that cannot be continued after: a snapshot's, before it is whole. */
    static final long NOWHERE = -1;

    private static final Pattern FORM = Pattern.compile("([0-9a-f]{8})-([0-9a-f]{8})-([0-9]{1,18}|x)");
    private static final int HASH_CHARS = 8;

    private final String prefix;

    Cursors(String run, Watch watch) {
        this.prefix = run + "-" + hash(run + watch.name()) + "-";
    }

    /** A name for a run of the server. */
    static String newRun() {
        return UUID.randomUUID().toString().substring(0, HASH_CHARS);
    }

    String of(long number) {
        return number == NOWHERE ? prefix + "x" : prefix + number;
    }

    /**
     * The number in a cursor of this very watch and run; empty for any other cursor. Fails with {@code BAD_INPUT} for
     * what is no cursor.
     */
    OptionalLong numberIn(String cursor) {
        Matcher parts = FORM.matcher(cursor);
        if (!parts.matches()) {
            String shown = cursor.length() > 60 ? cursor.substring(0, 60) + "…" : cursor;
            throw RunlogException.badInput("'" + shown + "' is no cursor of a subscription.");
        }
        String number = parts.group(3);
        return cursor.startsWith(prefix) && !number.equals("x")
                ? OptionalLong.of(Long.parseLong(number))
                : OptionalLong.empty();
    }

    private static String hash(String text) {
        return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, HASH_CHARS);
    }
}
