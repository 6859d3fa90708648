package dev.runlog.gateway.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.json.JsonValue;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** A value that is already encoded as JSON in UTF-8. */
public final class EncodedJson implements JsonValue {
    /** Pages may hold thousands of small values. */
    private static final int FIRST_BYTES = 256;

    /** Placeholder for the values of a response that is refused. */
    public static final EncodedJson NOTHING = of(JsonGenerator::writeNull, Allowance.UNLIMITED);

    private final ChunkedOutput utf8;

    private EncodedJson(ChunkedOutput utf8) {
        this.utf8 = utf8;
    }

    /** Encodes a value; the bytes are taken from the allowance of the response. */
    public static EncodedJson of(JsonValue value, Allowance allowance) {
        ChunkedOutput bytes = new ChunkedOutput(allowance::take, FIRST_BYTES);
        try (JsonGenerator json = JsonWriter.JSON.createGenerator(bytes)) {
            value.writeTo(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return new EncodedJson(bytes);
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        // Registers a value with the generator; the bytes bypass it.
        json.writeRawValue("");
        json.flush();
        utf8.writeTo((OutputStream) json.getOutputTarget());
    }
}
