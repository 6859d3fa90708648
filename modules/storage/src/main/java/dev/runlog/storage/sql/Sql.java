package dev.runlog.storage.sql;

import io.vertx.sqlclient.Tuple;
import org.jspecify.annotations.Nullable;

/** Builds a statement: its text, and the arguments in the order of their numbers. */
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

    /** Adds an argument without appending its number, for use in several places. Returns the number. */
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
}
