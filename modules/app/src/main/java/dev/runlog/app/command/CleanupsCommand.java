package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runlog cleanups}. */
@Command(
        name = "cleanups",
        mixinStandardHelpOptions = true,
        description = "Lists who deleted what, newest first: one's own, or everybody's with the scope ops.")
public final class CleanupsCommand extends TargetCommand {
    private static final int MAX = 200;
    private static final String QUERY = """
            query Cleanups($last: Int!) {
              cleanups(first: $last) {
                totalCount
                nodes {
                  id state before status workflowId owner keepLast ignorePolicies matched deleted bytes
                  partitionsDropped requestedBy policyId createdAt finishedAt duration failure
                  preview { spared { running held keptByPolicy keptLast children } }
                }
              }
            }
            """;

    @Option(names = "--last", paramLabel = "N", defaultValue = "20", description = "How many, 20 where not given.")
    private String last = "20";

    /** Made by picocli. */
    public CleanupsCommand() {}

    @Override
    int run(TargetOption server) {
        JsonNode cleanups = server.graphql(QUERY, Map.of("last", Numbers.parse("--last", last, 1, MAX)))
                .path("cleanups");
        if (!printedAsJson(cleanups)) {
            print(cleanups);
        }
        return 0;
    }

    private static void print(JsonNode cleanups) {
        if (cleanups.path("nodes").isEmpty()) {
            System.out.println("There are no cleanups.");
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {
            "asked for at", "state", "by", "started before", "status", "of", "deleted", "matched", "freed", "took"
        });
        cleanups.path("nodes")
                .forEach(cleanup -> rows.add(new String[] {
                    Text.moment(cleanup.path("createdAt")),
                    Text.word(cleanup.path("state")),
                    cleanup.path("requestedBy").asText(),
                    Text.moment(cleanup.path("before")),
                    Text.words(cleanup.path("status"), "all"),
                    target(cleanup),
                    Text.number(cleanup.path("deleted")),
                    Text.number(cleanup.path("matched")),
                    Text.bytes(cleanup.path("bytes")),
                    Text.time(cleanup.path("duration"))
                }));
        Text.print(6, rows);
        long total = cleanups.path("totalCount").asLong();
        if (total > cleanups.path("nodes").size()) {
            System.out.println("Of " + total + " in all; --last tells of more.");
        }
    }

    private static String target(JsonNode cleanup) {
        List<String> criteria = new ArrayList<>();
        criteria.add(
                cleanup.path("workflowId").isTextual()
                        ? "workflow " + cleanup.path("workflowId").asText()
                        : cleanup.path("owner").isTextual()
                                ? cleanup.path("owner").asText()
                                : "all owners");
        if (cleanup.path("keepLast").isNumber()) {
            criteria.add("but the newest " + cleanup.path("keepLast").asInt());
        }
        if (cleanup.path("ignorePolicies").asBoolean()) {
            criteria.add("whatever policies keep");
        }
        if (cleanup.path("policyId").isTextual()) {
            criteria.add("by policy " + cleanup.path("policyId").asText());
        }
        return String.join(", ", criteria);
    }
}
