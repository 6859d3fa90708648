package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runlog stats}. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = "Shows the number of executions by status, age, workflow and day.")
public final class StatsCommand extends TargetCommand {
    private static final int DAYS_SHOWN = 14;
    private static final String QUERY = """
            query Stats($workflowId: ID, $from: DateTime, $allOwners: Boolean!) {
              statistics(workflowId: $workflowId, from: $from, interval: DAY, allOwners: $allOwners) {
                stored { total queued running success failed cancelled crashed }
                recorded { total queued running success failed cancelled crashed }
                ages { today previous6Days previous23Days older }
                oldestDay
                bytesOnDisk
                recordedPerDay
                bytesPerDay
                byWorkflow(first: 10, orderBy: STORED) { workflow { id key owner } stored { total } }
                intervals {
                  from recorded { total success failed cancelled crashed } successRate averageDurationMillis
                  p50DurationMillis p95DurationMillis p99DurationMillis
                }
              }
            }
            """;

    @Option(names = "--days", paramLabel = "DAYS", description = "Only executions that started in the last DAYS days.")
    private @Nullable String days;

    @Option(names = "--workflow", paramLabel = "ID|KEY", description = "Only executions of this workflow.")
    private @Nullable String workflow;

    /** For picocli. */
    public StatsCommand() {}

    @Override
    protected int run(TargetOption server) {
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put(
                "from",
                days == null
                        ? null
                        : Instant.now()
                                .truncatedTo(ChronoUnit.DAYS)
                                .minus(Duration.ofDays(Days.parse("--days", days) - 1L))
                                .toString());
        variables.put("allOwners", server.allOwners());
        variables.put("workflowId", server.workflowId(workflow));
        JsonNode statistics = server.graphql(QUERY, variables).path("statistics");
        if (!printedAsJson(statistics)) {
            print(statistics);
        }
        return 0;
    }

    private void print(JsonNode statistics) {
        List<String[]> counts = new ArrayList<>();
        counts.add(new String[] {"status", "stored", "ever recorded"});
        for (String status : new String[] {"queued", "running", "success", "failed", "cancelled", "crashed", "total"}) {
            counts.add(new String[] {
                status,
                Text.number(statistics.path("stored").path(status)),
                Text.number(statistics.path("recorded").path(status))
            });
        }
        Text.print(1, counts);
        System.out.println();
        JsonNode ages = statistics.path("ages");
        List<String[]> facts = new ArrayList<>();
        facts.add(new String[] {"today", Text.number(ages.path("today"))});
        facts.add(new String[] {"previous 6 days", Text.number(ages.path("previous6Days"))});
        facts.add(new String[] {"previous 23 days", Text.number(ages.path("previous23Days"))});
        facts.add(new String[] {"older", Text.number(ages.path("older"))});
        facts.add(new String[] {"oldest day (UTC)", Text.day(statistics.path("oldestDay"))});
        facts.add(new String[] {"recorded per day", Text.number(statistics.path("recordedPerDay"))});
        if (statistics.path("bytesOnDisk").isNumber()) {
            facts.add(new String[] {"on disk", Text.bytes(statistics.path("bytesOnDisk"))});
            facts.add(new String[] {"growth per day, approx.", Text.bytes(statistics.path("bytesPerDay"))});
        }
        Text.print(1, facts);
        printWorkflows(statistics.path("byWorkflow"));
        printDays(statistics.path("intervals"));
    }

    private void printWorkflows(JsonNode workflows) {
        if (workflows.isEmpty()) {
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"largest workflows", "owner", "stored"});
        workflows.forEach(workflow -> rows.add(new String[] {
            workflow.at("/workflow/key").asText(),
            workflow.at("/workflow/owner").asText(),
            Text.number(workflow.at("/stored/total"))
        }));
        System.out.println();
        Text.print(2, rows, isWide() ? new int[0] : new int[] {0, 1});
    }

    private void printDays(JsonNode intervals) {
        if (intervals.isEmpty()) {
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"day", "recorded", "success", "failed", "rate", "p50", "p95", "p99"});
        int skipped = days == null ? Math.max(0, intervals.size() - DAYS_SHOWN) : 0;
        for (int i = skipped; i < intervals.size(); i++) {
            JsonNode interval = intervals.get(i);
            rows.add(new String[] {
                Text.day(interval.path("from")),
                Text.number(interval.path("recorded").path("total")),
                Text.number(interval.path("recorded").path("success")),
                Text.number(interval.path("recorded").path("failed")),
                Text.percent(interval.path("successRate")),
                Text.millis(interval.path("p50DurationMillis")),
                Text.millis(interval.path("p95DurationMillis")),
                Text.millis(interval.path("p99DurationMillis"))
            });
        }
        System.out.println();
        Text.print(1, rows);
        System.out.println("Durations are accurate to within 9.1 %."
                + (skipped > 0 ? " Use --days or --json for earlier days." : ""));
    }
}
