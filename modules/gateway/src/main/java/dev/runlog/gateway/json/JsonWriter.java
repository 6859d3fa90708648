package dev.runlog.gateway.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.json.JsonValue;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON in UTF-8. Recorded JSON passes through unparsed; a whole number has no fraction. */
public final class JsonWriter {
    static final JsonFactory JSON = new JsonFactory();
    private static final double WHOLE_MAX = 1L << 53;
    private static final int FIRST_BYTES = 4096;

    private JsonWriter() {}

    /**
     * Writes maps, lists, strings, numbers, booleans and {@link JsonValue}s; writes anything else as {@code toString}.
     */
    public static Buffer write(@Nullable Object value) {
        return write(value, bytes -> {});
    }

    /** The same, taking the bytes from an allowance before they are written. */
    public static Buffer write(@Nullable Object value, LongConsumer allowance) {
        ChunkedOutput bytes = new ChunkedOutput(allowance, FIRST_BYTES);
        try (JsonGenerator generator = JSON.createGenerator(bytes)) {
            write(generator, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toBuffer();
    }

    /** The same as text to be stored: every character stands for itself, where UTF-8 output escapes some. */
    public static String toText(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            write(generator, value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** Writes a value as {@link #write(Object)} does. */
    public static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof String text) {
            generator.writeString(text);
        } else if (value instanceof Map<?, ?> members) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> member : members.entrySet()) {
                generator.writeFieldName(String.valueOf(member.getKey()));
                write(generator, member.getValue());
            }
            generator.writeEndObject();
        } else if (value instanceof Iterable<?> elements) {
            generator.writeStartArray();
            for (Object element : elements) {
                write(generator, element);
            }
            generator.writeEndArray();
        } else if (value instanceof JsonValue known) {
            known.writeTo(generator);
        } else if (value instanceof Boolean bool) {
            generator.writeBoolean(bool);
        } else if (value instanceof Number number) {
            write(generator, number);
        } else {
            generator.writeString(value.toString());
        }
    }

    private static void write(JsonGenerator generator, Number number) throws IOException {
        if (number instanceof Double || number instanceof Float) {
            double real = number.doubleValue();
            if (Math.rint(real) == real && Math.abs(real) < WHOLE_MAX) {
                generator.writeNumber((long) real);
            } else {
                generator.writeNumber(real);
            }
        } else if (number instanceof BigDecimal real) {
            generator.writeNumber(real);
        } else if (number instanceof BigInteger whole) {
            generator.writeNumber(whole);
        } else {
            generator.writeNumber(number.longValue());
        }
    }
}
