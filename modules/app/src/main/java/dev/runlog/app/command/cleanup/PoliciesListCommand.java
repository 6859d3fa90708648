package dev.runlog.app.command.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import dev.runlog.app.command.Text;
import dev.runlog.app.command.WorkflowNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code runlog policies list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the policies that apply to your executions, or all policies with the scope ops.")
final class PoliciesListCommand extends TargetCommand {
    static final String FIELDS = "id workflowId owner statuses keepFor keepLast fromConfiguration createdAt lastRunAt "
            + "overdue overdueSince lastCleanup { id state deleted finishedAt }";
    private static final String QUERY = "{ retentionPolicies(first: 200) { totalCount nodes { " + FIELDS + " } } }";

    PoliciesListCommand() {}

    @Override
    protected int run(TargetOption server) {
        JsonNode policies = server.graphql(QUERY, Map.of()).path("retentionPolicies");
        if (printedAsJson(policies)) {
            return 0;
        }
        if (policies.path("nodes").isEmpty()) {
            System.out.println("No policies: nothing is deleted automatically.");
            return 0;
        }
        print(server, policies.path("nodes"), isWide());
        return 0;
    }

    static void print(TargetOption server, JsonNode policies, boolean wide) {
        WorkflowNames names = WorkflowNames.of(server, policies, wide);
        List<String[]> rows = new ArrayList<>();
        rows.add(
                wide
                        ? new String[] {"id", "for", "status", "keep", "last run", "deleted", "overdue", "overdue since"
                        }
                        : new String[] {"id", "for", "status", "keep", "last run", "deleted", "overdue"});
        policies.forEach(policy -> {
            List<String> cells = new ArrayList<>(List.of(
                    Text.id(policy.path("id"), wide),
                    policy.path("fromConfiguration").asBoolean()
                            ? names.target(policy) + " (configured)"
                            : names.target(policy),
                    Text.words(policy.path("statuses"), "all"),
                    keep(policy),
                    wide ? Text.moment(policy.path("lastRunAt")) : Text.minute(policy.path("lastRunAt")),
                    policy.path("lastCleanup").isObject()
                            ? Text.number(policy.path("lastCleanup").path("deleted"))
                            : "-",
                    policy.path("overdue").isNumber() ? Text.number(policy.path("overdue")) : "-"));
            if (wide) {
                cells.add(Text.moment(policy.path("overdueSince")));
            }
            rows.add(cells.toArray(String[]::new));
        });
        Text.print(5, rows, wide ? new int[0] : new int[] {1, 2});
    }

    private static String keep(JsonNode policy) {
        List<String> parts = new ArrayList<>();
        if (policy.path("keepFor").isTextual()) {
            parts.add(Text.time(policy.path("keepFor")));
        }
        if (policy.path("keepLast").isNumber()) {
            parts.add("the latest " + policy.path("keepLast").asInt());
        }
        return String.join(" and ", parts);
    }
}
