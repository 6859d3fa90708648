package dev.runlog.gateway.graphql;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.bus.Allowance;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** A value that is JSON in UTF-8 already, and goes out as that. */
final class WrittenJson implements ResponseWriter.Json {
    /** Pages may hold thousands of small values. */
    private static final int FIRST_BYTES = 256;

    /** In place of what an answer that is refused would have had. */
    static final WrittenJson NOTHING = of(JsonGenerator::writeNull, Allowance.UNLIMITED);

    private final WrittenBytes utf8;

    private WrittenJson(WrittenBytes utf8) {
        this.utf8 = utf8;
    }

    /** What a writer writes, a value of its own, taken from the allowance of its answer. */
    static WrittenJson of(ResponseWriter.Json value, Allowance allowance) {
        WrittenBytes bytes = new WrittenBytes(allowance::take, FIRST_BYTES);
        try (JsonGenerator json = ResponseWriter.JSON.createGenerator(bytes)) {
            value.writeTo(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new WrittenJson(bytes);
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        // The generator knows that a value stands here; its bytes need no look.
        json.writeRawValue("");
        json.flush();
        utf8.writeTo((OutputStream) json.getOutputTarget());
    }
}
