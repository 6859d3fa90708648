package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code runlog stats}. */
@Command(
        name = "stats",
        mixinStandardHelpOptions = true,
        description = "Tells how many executions there are, by status, age and day.")
public final class StatsCommand implements Callable<Integer> {
    private static final String QUERY = """
            query Stats($from: DateTime, $allOwners: Boolean!) {
              statistics(from: $from, interval: DAY, allOwners: $allOwners) {
                stored { total running success failed cancelled crashed }
                recorded { total running success failed cancelled crashed }
                ages { lastDay lastWeek lastMonth older }
                oldestStartedAt
                bytesOnDisk
                intervals { from recorded { total success failed cancelled crashed } successRate averageDurationMillis }
              }
            }
            """;

    @Mixin
    private ServerOption server;

    @Option(names = "--days", paramLabel = "DAYS", description = "Of the last days only.")
    private @Nullable Integer days;

    @Option(names = "--all-owners", description = "Across owners; needs the scope ops.")
    private boolean allOwners;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** Made by picocli. */
    public StatsCommand() {
        server = new ServerOption();
    }

    @Override
    public Integer call() {
        if (days != null && days < 1) {
            throw new CommandFailure("--days must be above zero, not " + days + ".");
        }
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put(
                "from",
                days == null
                        ? null
                        : Instant.now().minus(Duration.ofDays(days - 1L)).toString());
        variables.put("allOwners", allOwners);
        JsonNode statistics = server.graphql(QUERY, variables).path("statistics");
        if (json) {
            System.out.println(statistics.toPrettyString());
        } else {
            print(statistics);
        }
        return 0;
    }

    private static void print(JsonNode statistics) {
        System.out.printf("%-12s %12s %12s%n", "", "stored", "recorded");
        for (String status : new String[] {"total", "running", "success", "failed", "cancelled", "crashed"}) {
            System.out.printf(
                    "%-12s %,12d %,12d%n",
                    status,
                    statistics.path("stored").path(status).asLong(),
                    statistics.path("recorded").path(status).asLong());
        }
        JsonNode ages = statistics.path("ages");
        System.out.printf(
                "%nStored by age: today %,d, this week %,d, this month %,d, older %,d%n",
                ages.path("lastDay").asLong(),
                ages.path("lastWeek").asLong(),
                ages.path("lastMonth").asLong(),
                ages.path("older").asLong());
        if (!statistics.path("oldestStartedAt").isNull()) {
            System.out.println(
                    "Oldest: " + statistics.path("oldestStartedAt").asText().substring(0, 10));
        }
        if (!statistics.path("bytesOnDisk").isNull()) {
            System.out.printf(
                    "On disk: %,d MB%n", statistics.path("bytesOnDisk").asLong() / 1_000_000);
        }
        JsonNode intervals = statistics.path("intervals");
        if (intervals.isEmpty()) {
            return;
        }
        System.out.printf(
                "%n%-12s %10s %10s %10s %9s %12s%n", "day", "recorded", "success", "failed", "success", "average");
        for (JsonNode interval : intervals) {
            System.out.printf(
                    "%-12s %,10d %,10d %,10d %9s %12s%n",
                    interval.path("from").asText().substring(0, 10),
                    interval.path("recorded").path("total").asLong(),
                    interval.path("recorded").path("success").asLong(),
                    interval.path("recorded").path("failed").asLong(),
                    interval.path("successRate").isNull()
                            ? "-"
                            : Math.round(interval.path("successRate").asDouble() * 1000) / 10.0 + " %",
                    interval.path("averageDurationMillis").isNull()
                            ? "-"
                            : interval.path("averageDurationMillis").asLong() + " ms");
        }
    }
}
