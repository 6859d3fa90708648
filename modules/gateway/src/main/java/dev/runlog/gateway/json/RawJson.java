package dev.runlog.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.json.JsonValue;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** JSON text that is returned as it was recorded. */
public record RawJson(String text) implements JsonValue {
    public static @Nullable RawJson of(@Nullable String text) {
        return text == null ? null : new RawJson(text);
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        json.writeRawValue(text);
    }
}
