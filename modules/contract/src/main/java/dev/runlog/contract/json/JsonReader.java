package dev.runlog.contract.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.text.SafeText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON into maps, lists, strings, booleans and numbers. A number that is not an {@code int} or {@code long} keeps
 * its text, so {@code 1e9999} is never expanded to ten thousand digits. Jackson's default limits hold: 1,000
 * levels of nesting and 1,000 characters per number. Fails with {@code BAD_INPUT} if an object has a member twice.
 */
public final class JsonReader {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonReader() {}

    /** A number as the text that the client sent. */
    private static final class NumberText extends Number implements JsonValue {
        private static final long serialVersionUID = 1L;
        private final String text;

        NumberText(String text) {
            this.text = text;
        }

        @Override
        public void writeTo(JsonGenerator json) throws IOException {
            json.writeNumber(text);
        }

        @Override
        public int intValue() {
            return (int) doubleValue();
        }

        @Override
        public long longValue() {
            return (long) doubleValue();
        }

        @Override
        public float floatValue() {
            return Float.parseFloat(text);
        }

        @Override
        public double doubleValue() {
            return Double.parseDouble(text);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof NumberText number && number.text.equals(text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Reads a JSON object; fails with {@code BAD_INPUT} for anything else, naming it as {@code what}. */
    @SuppressWarnings("unchecked") // Objects become maps with string keys.
    public static Map<String, Object> readObject(String json, String what) {
        try {
            if (read(json) instanceof Map<?, ?> object) {
                return (Map<String, Object>) object;
            }
        } catch (JsonProcessingException malformed) {
            throw RunlogException.badInput(what + " must be a JSON object: " + reason(malformed));
        }
        throw RunlogException.badInput(what + " must be a JSON object.");
    }

    /** Why text is not JSON, without Jackson's hints for programmers. */
    public static String reason(JsonProcessingException malformed) {
        return String.valueOf(malformed.getOriginalMessage())
                .replaceFirst(" \\(start marker at .*", ".")
                .replaceFirst(": enable `.*", "")
                .replaceFirst(", from `[^`]*`", "");
    }

    /** The single value in a text; fails if anything follows it. */
    public static @Nullable Object read(String json) throws JsonProcessingException {
        try (JsonParser parser = JSON.createParser(json)) {
            return only(parser);
        } catch (JsonProcessingException malformed) {
            throw malformed;
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The single value in UTF-8; fails if anything follows it. */
    public static @Nullable Object read(byte[] utf8, int offset, int length) throws IOException {
        try (JsonParser parser = JSON.createParser(utf8, offset, length)) {
            return only(parser);
        }
    }

    private static @Nullable Object only(JsonParser parser) throws IOException {
        if (parser.nextToken() == null) {
            throw new JsonParseException(parser, "No value");
        }
        Object value = value(parser);
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "Unexpected text after the value");
        }
        return value;
    }

    private static @Nullable Object value(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> members = new LinkedHashMap<>();
                for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                    parser.nextToken();
                    // Readers that take the first one and readers that take the last one would disagree.
                    if (members.containsKey(name)) {
                        throw RunlogException.badInput("Duplicate member `" + SafeText.show(name) + "`.");
                    }
                    members.put(name, value(parser));
                }
                yield members;
            }
            case START_ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE, VALUE_FALSE -> token == JsonToken.VALUE_TRUE;
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> new NumberText(parser.getText());
            default -> null;
        };
    }

    private static Number integer(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT -> parser.getIntValue();
            case LONG -> parser.getLongValue();
            default -> new NumberText(parser.getText());
        };
    }
}
