package dev.runlog.client;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializable;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.jsontype.TypeSerializer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type, message or stack trace of an error, truncated. The limits are higher than the server's, which marks what it
 * truncates. Reading an exception never fails, even if its methods throw.
 */
final class ErrorText implements JsonSerializable {
    private static final int TYPE_MAX_CHARS = 1_000;
    private static final int MESSAGE_MAX_CHARS = 8_000;
    private static final int STACK_TRACE_MAX_CHARS = 70_000;
    /** Limit of each text in the short form of an event. */
    private static final int SHORT_MAX_CHARS = 1_000;

    private final String text;

    private ErrorText(String text) {
        this.text = text;
    }

    /** Returns the members of an error. */
    static Map<String, @Nullable Object> of(
            @Nullable String type, @Nullable String message, @Nullable String stackTrace) {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("type", of(type, TYPE_MAX_CHARS));
        error.put("message", of(message, MESSAGE_MAX_CHARS));
        error.put("stackTrace", of(stackTrace, STACK_TRACE_MAX_CHARS));
        return error;
    }

    /** Returns the members of the error that an exception describes. */
    static Map<String, @Nullable Object> of(Throwable failure) {
        return of(failure.getClass().getName(), messageOf(failure), stackTraceOf(failure));
    }

    private static @Nullable ErrorText of(@Nullable String text, int maxChars) {
        return text == null ? null : new ErrorText(BoundedText.cut(text, maxChars));
    }

    private static @Nullable String messageOf(Throwable failure) {
        try {
            return failure.getMessage();
        } catch (Throwable thrown) {
            return "(getMessage() threw " + thrown.getClass().getName() + ")";
        }
    }

    private static String stackTraceOf(Throwable failure) {
        BoundedText trace = new BoundedText(STACK_TRACE_MAX_CHARS);
        try {
            failure.printStackTrace(new PrintWriter(trace));
            return trace.toString();
        } catch (BoundedText.Full full) {
            String text = trace.toString();
            return text.contains("\tat ") ? text : BoundedText.cut(text, SHORT_MAX_CHARS) + "…\n" + framesOf(failure);
        } catch (Throwable thrown) {
            return trace + "(printStackTrace() of " + failure.getClass().getName() + " threw "
                    + thrown.getClass().getName() + ")\n" + framesOf(failure);
        }
    }

    private static String framesOf(Throwable failure) {
        StringBuilder frames = new StringBuilder();
        try {
            for (StackTraceElement frame : failure.getStackTrace()) {
                frames.append("\tat ").append(frame).append('\n');
            }
        } catch (Throwable thrown) {
            frames.append("(getStackTrace() threw ")
                    .append(thrown.getClass().getName())
                    .append(")\n");
        }
        return frames.toString();
    }

    @Override
    public void serialize(JsonGenerator generator, SerializerProvider provider) throws IOException {
        generator.writeString(Event.isShort(provider) ? BoundedText.cut(text, SHORT_MAX_CHARS) : text);
    }

    @Override
    public void serializeWithType(JsonGenerator generator, SerializerProvider provider, TypeSerializer types)
            throws IOException {
        serialize(generator, provider);
    }
}
