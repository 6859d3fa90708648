package dev.runlog.gateway.graphql;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** JSON text that goes out as it was recorded. */
record RawJson(String text) implements ResponseWriter.Json {
    static @Nullable RawJson of(@Nullable String text) {
        return text == null ? null : new RawJson(text);
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        json.writeRawValue(text);
    }
}
