package dev.runlog.gateway.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.json.JsonValue;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.text.TimeFormats;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An execution with the field names of the first version. */
record LogReply(ListedExecution execution, @Nullable ExecutionDetail detail) implements JsonValue {
    /** The first version had no queue, so queued executions are shown as running. */
    private static final Map<ExecutionStatus, String> WORDS = new EnumMap<>(Map.of(
            ExecutionStatus.QUEUED, "running",
            ExecutionStatus.RUNNING, "running",
            ExecutionStatus.SUCCESS, "success",
            ExecutionStatus.FAILED, "failed",
            ExecutionStatus.CANCELLED, "cancelled",
            ExecutionStatus.CRASHED, "crashed"));

    static LogReply summary(ListedExecution execution) {
        return new LogReply(execution, null);
    }

    /** With the large parts that were loaded with the execution. */
    static LogReply detail(Execution execution) {
        return new LogReply(execution, execution.detail());
    }

    static String word(ExecutionStatus status) {
        return Objects.requireNonNull(WORDS.get(status));
    }

    /** The statuses of a word; none if it is not known. */
    static Set<ExecutionStatus> statuses(String word) {
        return Arrays.stream(ExecutionStatus.values())
                .filter(status -> word(status).equals(word))
                .collect(Collectors.toSet());
    }

    /** All words, for messages. */
    static String words() {
        return Arrays.stream(ExecutionStatus.values())
                .map(LogReply::word)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", execution.id().toString());
        json.writeStringField("workflow_id", execution.workflowId().toString());
        json.writeStringField("status", word(execution.status()));
        json.writeStringField("error_message", execution.errorMessage());
        json.writeStringField("started_at", text(startedAt()));
        json.writeStringField("completed_at", text(execution.finishedAt()));
        if (detail != null) {
            writeRaw(json, "payload", detail.payload());
            writeRaw(json, "result", detail.result());
            json.writeStringField("error_type", execution.errorType());
            json.writeStringField("stack_trace", detail.stackTrace());
            writeRaw(json, "error_details", detail.errorDetails());
        }
        json.writeEndObject();
    }

    /** The first version had no queue and no execution without a start. */
    private Instant startedAt() {
        Instant startedAt = execution.startedAt();
        return startedAt == null ? Ids.timeOf(execution.id()) : startedAt;
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
