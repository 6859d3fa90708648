package dev.runlog.client;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.util.Iterator;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An application value as JSON. Creating one never fails: a value that cannot be serialised becomes {@code
 * {"unserialisable": "<type>"}}, and one that is too long becomes {@code {"truncated": "<type>"}}.
 */
final class JsonValue implements JsonSerializable {
    private static final Logger log = LoggerFactory.getLogger(JsonValue.class);
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModules(new Jdk8Module(), new JavaTimeModule(), readOnceTypes())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build());
    }

    private final String type;
    private final String json;

    private JsonValue(String type, String json) {
        this.type = type;
        this.json = json;
    }

    static @Nullable JsonValue of(@Nullable Object value, int maxChars) {
        if (value == null) {
            return null;
        }
        String type = value.getClass().getName();
        BoundedText text = new BoundedText(maxChars);
        try {
            // Not closed on failure, because closing writes more.
            JsonGenerator generator = JSON.createGenerator(text);
            JSON.writeValue(generator, value);
            generator.close();
            return new JsonValue(type, singleLine(text.toString()));
        } catch (Throwable failure) { // Application getters may throw anything, and recursion may overflow the stack.
            if (failure instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            if (text.isFull()) {
                return new JsonValue(type, note("truncated", type));
            }
            log.debug("Cannot serialise a value of {}.", type, failure);
            return new JsonValue(type, note("unserialisable", type));
        }
    }

    /** Custom serialisers can write anything, raw text included; an event must remain one line of valid JSON. */
    private static String singleLine(String json) throws IOException {
        try (JsonParser parser = JSON.createParser(json)) {
            JsonToken first = parser.nextToken();
            parser.skipChildren();
            if (first == null || parser.nextToken() != null) {
                throw new IOException("Not a single JSON value.");
            }
        }
        return json.replace('\n', ' ').replace('\r', ' ');
    }

    private static String note(String word, String type) {
        // Class names contain no control characters.
        return "{\"" + word + "\":\"" + type.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
    }

    /** Types that serialising would use up although the application still needs them. */
    private static SimpleModule readOnceTypes() {
        return new SimpleModule("read once")
                .addSerializer(new ReadOnce<>(Iterator.class))
                .addSerializer(new ReadOnce<>(BaseStream.class));
    }

    private static final class ReadOnce<T> extends StdSerializer<T> {
        private static final long serialVersionUID = 1L;

        ReadOnce(Class<T> type) {
            super(type);
        }

        @Override
        public void serialize(T value, JsonGenerator generator, SerializerProvider provider)
                throws JsonMappingException {
            throw JsonMappingException.from(generator, "The value can only be read once.");
        }
    }

    @Override
    public void serialize(JsonGenerator generator, SerializerProvider provider) throws IOException {
        generator.writeRawValue(Event.isShort(provider) ? note("truncated", type) : json);
    }

    @Override
    public void serializeWithType(JsonGenerator generator, SerializerProvider provider, TypeSerializer types)
            throws IOException {
        serialize(generator, provider);
    }
}
