package dev.runlog.app.command.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.command.Numbers;
import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import dev.runlog.app.command.Text;
import dev.runlog.app.command.WorkflowNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runlog cleanups}. */
@Command(
        name = "cleanups",
        mixinStandardHelpOptions = true,
        description = "Lists cleanups, latest first: your own, or those of all owners with the scope ops.")
public final class CleanupsCommand extends TargetCommand {
    private static final int MAX = 200;
    private static final String QUERY = """
            query Cleanups($last: Int!) {
              cleanups(first: $last) {
                totalCount
                nodes {
                  id state before statuses workflowId owner keepLast ignorePolicies deletesWorkflow matched deleted bytes
                  partitionsDropped requestedBy policyId createdAt finishedAt duration failure
                  preview { spared { running held keptByPolicy keptLast children } }
                }
              }
            }
            """;

    @Option(
            names = "--last",
            paramLabel = "N",
            defaultValue = "20",
            description = "Maximum number of cleanups. Default: 20.")
    private String last = "20";

    /** For picocli. */
    public CleanupsCommand() {}

    @Override
    protected int run(TargetOption server) {
        JsonNode cleanups = server.graphql(QUERY, Map.of("last", Numbers.parse("--last", last, 1, MAX)))
                .path("cleanups");
        if (!printedAsJson(cleanups)) {
            print(server, cleanups);
        }
        return 0;
    }

    private void print(TargetOption server, JsonNode cleanups) {
        JsonNode nodes = cleanups.path("nodes");
        if (nodes.isEmpty()) {
            System.out.println("No cleanups.");
            return;
        }
        WorkflowNames names = WorkflowNames.of(server, nodes, isWide());
        List<String[]> rows = new ArrayList<>();
        if (isWide()) {
            rows.add(new String[] {
                "id",
                "requested at",
                "state",
                "by",
                "started before",
                "status",
                "target",
                "deleted",
                "matched",
                "freed",
                "duration"
            });
            nodes.forEach(cleanup -> rows.add(wideRow(names, cleanup)));
            Text.print(7, rows);
        } else {
            rows.add(new String[] {"requested at", "state", "by", "before", "status", "target", "deleted", "freed"});
            nodes.forEach(cleanup -> rows.add(row(names, cleanup)));
            Text.print(6, rows, 2, 4, 5);
        }
        long total = cleanups.path("totalCount").asLong();
        if (total > cleanups.path("nodes").size()) {
            System.out.println("Showing " + nodes.size() + " of " + total + ". Use --last to show more.");
        }
    }

    private static String[] row(WorkflowNames names, JsonNode cleanup) {
        return new String[] {
            Text.minute(cleanup.path("createdAt")),
            Text.word(cleanup.path("state")),
            cleanup.path("requestedBy").asText(),
            Text.day(cleanup.path("before")),
            Text.words(cleanup.path("statuses"), "all"),
            criteria(names, cleanup, false),
            Text.number(cleanup.path("deleted")),
            Text.bytes(cleanup.path("bytes"))
        };
    }

    private static String[] wideRow(WorkflowNames names, JsonNode cleanup) {
        return new String[] {
            cleanup.path("id").asText(),
            Text.moment(cleanup.path("createdAt")),
            Text.word(cleanup.path("state")),
            cleanup.path("requestedBy").asText(),
            Text.moment(cleanup.path("before")),
            Text.words(cleanup.path("statuses"), "all"),
            criteria(names, cleanup, true),
            Text.number(cleanup.path("deleted")),
            Text.number(cleanup.path("matched")),
            Text.bytes(cleanup.path("bytes")),
            Text.time(cleanup.path("duration"))
        };
    }

    private static String criteria(WorkflowNames names, JsonNode cleanup, boolean wide) {
        List<String> criteria = new ArrayList<>();
        criteria.add(names.target(cleanup));
        if (cleanup.path("keepLast").isNumber()) {
            criteria.add("except the latest " + cleanup.path("keepLast").asInt());
        }
        if (cleanup.path("deletesWorkflow").asBoolean()) {
            criteria.add("deletes the workflow");
        } else if (cleanup.path("ignorePolicies").asBoolean()) {
            criteria.add("ignoring policies");
        }
        if (cleanup.path("policyId").isTextual()) {
            criteria.add("by policy " + Text.id(cleanup.path("policyId"), wide));
        }
        return String.join(", ", criteria);
    }
}
