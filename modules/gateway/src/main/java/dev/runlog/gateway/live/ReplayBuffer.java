package dev.runlog.gateway.live;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.recording.ExecutionsChanged.Change;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The last changes with their numbers, for subscribers who come back. Numbers hold within one run of one server. */
final class ReplayBuffer {
    private static final Pattern CURSOR = Pattern.compile("([0-9a-f]{8})-([0-9]{1,18})");

    /** A change and its number. */
    record Numbered(long number, Change change) {}

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final int changesMax;
    private final Deque<Numbered> changes = new ArrayDeque<>();
    private long last;

    ReplayBuffer(int changesMax) {
        this.changesMax = changesMax;
    }

    Numbered add(Change change) {
        Numbered numbered = new Numbered(++last, change);
        changes.addLast(numbered);
        if (changes.size() > changesMax) {
            changes.removeFirst();
        }
        return numbered;
    }

    /** The cursor of a change. */
    String cursor(long number) {
        return run + "-" + number;
    }

    /** The cursor of the newest change. */
    String cursor() {
        return cursor(last);
    }

    /**
     * What came after a cursor; empty where that cannot be told any more, or was never known here. Fails with
     * {@code BAD_INPUT} for what is no cursor.
     */
    Optional<List<Numbered>> after(String cursor) {
        Matcher parts = CURSOR.matcher(cursor);
        if (!parts.matches()) {
            String shown = cursor.length() > 60 ? cursor.substring(0, 60) + "…" : cursor;
            throw RunlogException.badInput("'" + shown + "' is no cursor of a subscription.");
        }
        long number = Long.parseLong(parts.group(2));
        Numbered oldest = changes.peekFirst();
        long firstKept = oldest == null ? last + 1 : oldest.number();
        if (!run.equals(parts.group(1)) || number > last || number < firstKept - 1) {
            return Optional.empty();
        }
        return Optional.of(
                changes.stream().filter(kept -> kept.number() > number).toList());
    }
}
