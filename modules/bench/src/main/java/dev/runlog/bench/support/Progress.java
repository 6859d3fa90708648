package dev.runlog.bench.support;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Reports progress on stderr, as plain lines for a log. */
public final class Progress {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);
    private static final AtomicLong lastTenth = new AtomicLong(-1);

    private Progress() {}

    public static void say(String what, Object... values) {
        System.err.println(CLOCK.format(LocalTime.now(ZoneId.systemDefault())) + " "
                + String.format(Locale.ROOT, what.replace("%", values.length == 0 ? "%%" : "%"), values));
    }

    /** Reports progress at each tenth. */
    public static void part(String what, long done, long all) {
        long tenth = done * 10 / all;
        if (lastTenth.getAndSet(tenth) != tenth) {
            say(what + " " + tenth * 10 + " % of " + all);
        }
    }
}
