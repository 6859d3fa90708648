package dev.runlog.gateway.graphql;

import org.jspecify.annotations.Nullable;

/** JSON text that goes out as it was recorded. */
record RawJson(String text) {
    static @Nullable RawJson of(@Nullable String text) {
        return text == null ? null : new RawJson(text);
    }
}
