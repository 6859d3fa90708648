package dev.runlog.gateway.graphql;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** A value that is JSON in UTF-8 already, and goes out as that. */
final class WrittenJson implements ResponseWriter.Json {
    private static final int SIZE_GUESSED = 512;

    /** No more than its bytes: a page may hold thousands of small values. */
    private final byte[] utf8;

    private WrittenJson(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** What a writer writes, a value of its own. */
    static WrittenJson of(ResponseWriter.Json value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(SIZE_GUESSED);
        try (JsonGenerator json = ResponseWriter.JSON.createGenerator(bytes)) {
            value.writeTo(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new WrittenJson(bytes.toByteArray());
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        // The generator knows that a value stands here; its bytes need no look.
        json.writeRawValue("");
        json.flush();
        ((OutputStream) json.getOutputTarget()).write(utf8);
    }
}
