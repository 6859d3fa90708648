package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keys of workflows that a response refers to by ID. */
public final class WorkflowNames {
    private static final String QUERY = "query Keys($ids: [ID!]!) { nodes(ids: $ids) { ... on Workflow { id key } } }";
    private static final int IDS_MAX = 100;

    private final Map<String, String> keys = new HashMap<>();
    private final boolean wide;

    private WorkflowNames(boolean wide) {
        this.wide = wide;
    }

    /** Loads the keys from the server; workflows that the viewer cannot see have none. */
    public static WorkflowNames of(TargetOption server, JsonNode objects, boolean wide) {
        WorkflowNames names = new WorkflowNames(wide);
        Set<String> distinct = new LinkedHashSet<>();
        objects.forEach(object -> {
            if (object.path("workflowId").isTextual()) {
                distinct.add(object.path("workflowId").asText());
            }
        });
        List<String> ids = new ArrayList<>(distinct);
        for (int at = 0; at < ids.size(); at += IDS_MAX) {
            names.load(server, ids.subList(at, Math.min(ids.size(), at + IDS_MAX)));
        }
        return names;
    }

    private void load(TargetOption server, List<String> ids) {
        try {
            server.graphql(QUERY, Map.of("ids", ids)).path("nodes").forEach(workflow -> {
                if (workflow.isObject()) {
                    keys.put(workflow.path("id").asText(), workflow.path("key").asText());
                }
            });
        } catch (CommandFailure unreadable) {
            // A token that only permits cleanups cannot read workflows. Shows their IDs instead.
        }
    }

    /** The target of a policy or cleanup: for example {@code workflow nightly}, an owner, or {@code all owners}. */
    public String target(JsonNode object) {
        if (object.path("workflowId").isTextual()) {
            String id = object.path("workflowId").asText();
            String key = keys.get(id);
            String shown = Text.id(object.path("workflowId"), wide);
            return "workflow " + (key == null ? shown : wide ? key + " (" + id + ")" : key);
        }
        return object.path("owner").isTextual() ? object.path("owner").asText() : "all owners";
    }
}
