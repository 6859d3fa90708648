package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code runlog policies list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the policies that bear on one's executions, or all with the scope ops.")
final class PoliciesListCommand extends TargetCommand {
    static final String FIELDS = "id workflowId owner status keepFor keepLast fromConfiguration createdAt lastRunAt "
            + "overdue overdueSince lastCleanup { id state deleted finishedAt }";
    private static final String QUERY = "{ retentionPolicies(first: 200) { totalCount nodes { " + FIELDS + " } } }";

    PoliciesListCommand() {}

    @Override
    int run(TargetOption server) {
        JsonNode policies = server.graphql(QUERY, Map.of()).path("retentionPolicies");
        if (printedAsJson(policies)) {
            return 0;
        }
        if (policies.path("nodes").isEmpty()) {
            System.out.println("There are no policies: nothing is deleted unless somebody asks.");
            return 0;
        }
        print(policies.path("nodes"));
        return 0;
    }

    static void print(JsonNode policies) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"id", "for", "status", "keep", "last run", "it deleted", "overdue executions", "since"});
        policies.forEach(policy -> rows.add(new String[] {
            policy.path("id").asText(),
            target(policy),
            Text.words(policy.path("status"), "all"),
            keep(policy),
            Text.moment(policy.path("lastRunAt")),
            policy.path("lastCleanup").isObject()
                    ? Text.number(policy.path("lastCleanup").path("deleted"))
                    : "-",
            policy.path("overdue").isNumber() ? Text.number(policy.path("overdue")) : "-",
            Text.moment(policy.path("overdueSince"))
        }));
        Text.print(5, rows);
    }

    private static String target(JsonNode policy) {
        String of = policy.path("workflowId").isTextual()
                ? "workflow " + policy.path("workflowId").asText()
                : policy.path("owner").isTextual() ? policy.path("owner").asText() : "all owners";
        return policy.path("fromConfiguration").asBoolean() ? of + " (configured)" : of;
    }

    private static String keep(JsonNode policy) {
        List<String> parts = new ArrayList<>();
        if (policy.path("keepFor").isTextual()) {
            parts.add(Text.time(policy.path("keepFor")));
        }
        if (policy.path("keepLast").isNumber()) {
            parts.add("the newest " + policy.path("keepLast").asInt());
        }
        return String.join(" and ", parts);
    }
}
