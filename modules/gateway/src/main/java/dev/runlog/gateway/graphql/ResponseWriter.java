package dev.runlog.gateway.graphql;

import com.ethlo.time.ITU;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import graphql.ExecutionResult;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Writes results as JSON in UTF-8. Recorded JSON passes through unread; a whole number has no fraction. */
public final class ResponseWriter {
    static final JsonFactory JSON = new JsonFactory();
    private static final double WHOLE_MAX = 1L << 53;
    private static final int FIRST_BYTES = 4096;

    private ResponseWriter() {}

    /** A moment as all answers have it, such as {@code 2026-11-24T04:26:10.123Z}. */
    public static String text(Instant moment) {
        return ITU.formatUtcMilli(moment.atOffset(ZoneOffset.UTC));
    }

    /** A value that knows how it is written. */
    public interface Json {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** The response of the GraphQL specification: errors first, as who reads it should see them first. */
    public static Buffer write(ExecutionResult result) {
        return write(result.toSpecification());
    }

    /** Any value of maps, lists, strings, numbers, booleans and what {@code toString} tells of the rest. */
    public static Buffer write(@Nullable Object value) {
        return write(value, bytes -> {});
    }

    /** The same for an answer with an allowance, which takes bytes before they are written. */
    static Buffer write(@Nullable Object value, LongConsumer allowance) {
        WrittenBytes bytes = new WrittenBytes(allowance, FIRST_BYTES);
        try (JsonGenerator generator = JSON.createGenerator(bytes)) {
            write(generator, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toBuffer();
    }

    /** The same as text that is stored: characters stand for themselves, where UTF-8 would have some of them escaped. */
    public static String toText(@Nullable Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(text)) {
            write(generator, value);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    static void write(JsonGenerator generator, @Nullable Object value) throws IOException {
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
        } else if (value instanceof Json known) {
            known.writeTo(generator);
        } else if (value instanceof Boolean truth) {
            generator.writeBoolean(truth);
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
