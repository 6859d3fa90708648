package dev.runlog.storage.cleanup;

import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.CleanupPreview.OfWorkflow;
import dev.runlog.contract.retention.CleanupPreview.Spared;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A preview as the ledger keeps it. */
final class PreviewJson {
    private PreviewJson() {}

    static JsonObject write(CleanupPreview preview) {
        JsonArray workflows = new JsonArray();
        preview.workflows()
                .forEach(of -> workflows.add(new JsonObject()
                        .put("id", of.workflowId().toString())
                        .put("key", of.key())
                        .put("executions", of.executions())));
        StatusCounts counts = preview.byStatus();
        Spared spared = preview.spared();
        return new JsonObject()
                .put("exact", preview.exact())
                .put("sizesExact", preview.sizesExact())
                .put("success", counts.success())
                .put("failed", counts.failed())
                .put("cancelled", counts.cancelled())
                .put("crashed", counts.crashed())
                .put("workflows", workflows)
                .put("oldest", preview.oldestStartedAt())
                .put("newest", preview.newestStartedAt())
                .put("steps", preview.steps())
                .put("bytes", preview.bytes())
                .put("partitions", preview.partitions())
                .put("running", spared.running())
                .put("held", spared.held())
                .put("keptByPolicy", spared.keptByPolicy())
                .put("keptLast", spared.keptLast())
                .put("children", spared.children());
    }

    static @Nullable CleanupPreview read(@Nullable JsonObject json) {
        if (json == null) {
            return null;
        }
        List<OfWorkflow> workflows = json.getJsonArray("workflows").stream()
                .map(JsonObject.class::cast)
                .map(of -> new OfWorkflow(
                        UUID.fromString(of.getString("id")), of.getString("key"), of.getLong("executions")))
                .toList();
        return new CleanupPreview(
                json.getBoolean("exact"),
                json.getBoolean("sizesExact"),
                new StatusCounts(
                        0,
                        json.getLong("success"),
                        json.getLong("failed"),
                        json.getLong("cancelled"),
                        json.getLong("crashed")),
                workflows,
                instant(json, "oldest"),
                instant(json, "newest"),
                json.getLong("steps"),
                json.getLong("bytes"),
                json.getInteger("partitions"),
                new Spared(
                        json.getLong("running"),
                        json.getLong("held"),
                        json.getLong("keptByPolicy"),
                        json.getLong("keptLast"),
                        json.getLong("children")));
    }

    private static @Nullable Instant instant(JsonObject json, String name) {
        String text = json.getString(name);
        return text == null ? null : Instant.parse(text);
    }
}
