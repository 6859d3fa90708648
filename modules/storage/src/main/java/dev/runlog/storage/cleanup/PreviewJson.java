package dev.runlog.storage.cleanup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.runlog.contract.retention.CleanupPreview;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/** Converts a preview to and from the JSON that the ledger stores. */
final class PreviewJson {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private PreviewJson() {}

    static JsonObject write(CleanupPreview preview) {
        try {
            return new JsonObject(JSON.writeValueAsString(preview));
        } catch (JsonProcessingException fault) {
            throw new IllegalStateException(fault);
        }
    }

    static @Nullable CleanupPreview read(@Nullable JsonObject json) {
        if (json == null) {
            return null;
        }
        try {
            return JSON.readValue(json.encode(), CleanupPreview.class);
        } catch (JsonProcessingException fault) {
            throw new IllegalStateException(fault);
        }
    }
}
