package dev.runlog.gateway.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.json.JsonValue;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.text.TimeFormats;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The current state of a cleanup, or the result of a dry run. */
record CleanupReply(Cleanup cleanup) implements JsonValue {

    /** 200 if it has ended, 202 if it continues, 500 if it failed. */
    int status() {
        return switch (cleanup.state()) {
            case PENDING, RUNNING -> 202;
            case COMPLETED, CANCELLED -> 200;
            case FAILED -> 500;
        };
    }

    @Override
    public void writeTo(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("dry_run", cleanup.dryRun());
        json.writeStringField("state", cleanup.state().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("matched", cleanup.matched());
        json.writeNumberField("deleted_count", cleanup.deleted());
        CleanupPreview preview = cleanup.preview();
        if (!cleanup.dryRun()) {
            json.writeStringField("cleanup_id", cleanup.id().toString());
        } else if (preview != null) {
            json.writeFieldName("preview");
            write(json, preview);
        }
        String failure = cleanup.failure();
        if (failure != null) {
            json.writeObjectFieldStart("error");
            json.writeStringField("code", ErrorCode.INTERNAL.name());
            json.writeStringField("message", failure);
            json.writeEndObject();
            json.writeStringField("detail", failure);
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, CleanupPreview preview) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("exact", preview.exact());
        json.writeObjectFieldStart("by_status");
        for (ExecutionStatus status : ExecutionStatus.values()) {
            if (!status.isOpen()) {
                json.writeNumberField(LogReply.word(status), preview.byStatus().of(status));
            }
        }
        json.writeEndObject();
        json.writeStringField("oldest_started_at", text(preview.oldestStartedAt()));
        json.writeStringField("newest_started_at", text(preview.newestStartedAt()));
        json.writeNumberField("steps", preview.steps());
        json.writeNumberField("bytes", preview.bytes());
        CleanupPreview.Spared spared = preview.spared();
        json.writeObjectFieldStart("spared");
        json.writeNumberField("running", spared.running());
        json.writeNumberField("held", spared.held());
        json.writeNumberField("kept_by_policy", spared.keptByPolicy());
        json.writeNumberField("children", spared.children());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static @Nullable String text(@Nullable Instant moment) {
        return moment == null ? null : TimeFormats.text(moment);
    }
}
