package dev.runlog.contract.json;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A value that writes itself as JSON. */
public interface JsonValue {
    void writeTo(JsonGenerator json) throws IOException;
}
