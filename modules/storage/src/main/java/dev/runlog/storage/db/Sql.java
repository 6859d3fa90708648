package dev.runlog.storage.db;

import io.vertx.sqlclient.Tuple;
import org.jspecify.annotations.Nullable;

/** A statement in the making: its text, and the arguments in the order of their numbers. */
public final class Sql {
    private final StringBuilder text = new StringBuilder();
    private final Tuple arguments = Tuple.tuple();

    public Sql add(String part) {
        text.append(part);
        return this;
    }

    /** Appends the number of a new argument, such as {@code $3}. */
    public Sql bind(@Nullable Object value) {
        return add(argument(value));
    }

    /** Registers an argument without appending it, for text that names it more than once. */
    public String argument(@Nullable Object value) {
        arguments.addValue(value);
        return "$" + arguments.size();
    }

    public String text() {
        return text.toString();
    }

    public Tuple arguments() {
        return arguments;
    }

    /** A pattern for {@code ILIKE} that finds the text anywhere, its own wildcards taken literally. */
    public static String containing(String text) {
        return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
    }
}
