package dev.runlog.gateway.graphql.schema;

import dev.runlog.contract.text.TimeFormats;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A duration with the text that a client gave for it. */
public record GivenDuration(Duration value, String text) {
    private static final int CHARS_MAX = 64;

    /** Parses a text. Fails with a message for the client. */
    static GivenDuration parse(String text) {
        Duration value = TimeFormats.duration(text);
        return new GivenDuration(value, text.length() <= CHARS_MAX ? text : value.toString());
    }

    /** The duration as it is returned: with its text if that is known. */
    public static @Nullable Object asGiven(@Nullable Duration value, @Nullable String text) {
        return value == null || text == null ? value : new GivenDuration(value, text);
    }

    @Override
    public String toString() {
        return text;
    }
}
