package dev.runlog.gateway.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.json.JsonValue;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.text.TimeFormats;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** An execution with the field names of the first version. */
record Log(
        ListedExecution execution,
        boolean detailed,
        @Nullable ExecutionDetail detail) implements JsonValue {
    private static final List<String> WORDS = Arrays.stream(ExecutionStatus.values())
            .map(status -> status.name().toLowerCase(Locale.ROOT))
            .toList();

    static Log summary(ListedExecution execution) {
        return new Log(execution, false, null);
    }

    static Log detail(ListedExecution execution, @Nullable ExecutionDetail detail) {
        return new Log(execution, true, detail);
    }

    static String word(ExecutionStatus status) {
        return WORDS.get(status.number() - 1);
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", execution.id().toString());
        json.writeStringField("workflow_id", execution.workflowId().toString());
        json.writeStringField("status", word(execution.status()));
        json.writeStringField("error_message", execution.errorMessage());
        json.writeStringField("started_at", text(execution.startedAt()));
        json.writeStringField("completed_at", text(execution.finishedAt()));
        if (detailed) {
            writeRaw(json, "payload", detail == null ? null : detail.payload());
            writeRaw(json, "result", detail == null ? null : detail.result());
            json.writeStringField("error_type", execution.errorType());
            json.writeStringField("stack_trace", detail == null ? null : detail.stackTrace());
            writeRaw(json, "error_details", detail == null ? null : detail.errorDetails());
        }
        json.writeEndObject();
    }

    /** Writes JSON text as it was recorded. */
    private static void writeRaw(JsonGenerator json, String name, @Nullable String text) throws IOException {
        json.writeFieldName(name);
        if (text == null) {
            json.writeNull();
        } else {
            json.writeRawValue(text);
        }
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : TimeFormats.text(moment);
    }
}
