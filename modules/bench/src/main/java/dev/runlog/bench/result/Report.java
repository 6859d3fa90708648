package dev.runlog.bench.result;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.bench.support.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The results as a Markdown table and as JSON, rewritten after each figure. */
public final class Report {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final Machine machine;
    private final DataSet set;
    private final Options options;
    private final String clients;
    private final Map<String, List<Row>> figures = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();

    /** @param clients load generators of both sides */
    public Report(Machine machine, DataSet set, Options options, String clients) {
        this.machine = machine;
        this.set = set;
        this.options = options;
        this.clients = clients;
    }

    public void add(String figure, List<Row> rows) {
        figures.put(figure, List.copyOf(rows));
    }

    public void addFailure(String figure, String message) {
        failures.put(figure, message.lines().findFirst().orElse(""));
    }

    public boolean hasFailures() {
        return !failures.isEmpty();
    }

    public void write(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("bench.md"), toMarkdown());
            Files.writeString(directory.resolve("bench.json"), JSON.writeValueAsString(toJson()) + "\n");
        } catch (IOException failure) {
            throw new BenchFailure("Cannot write the report: " + failure.getMessage(), failure);
        }
    }

    public String toMarkdown() {
        StringBuilder text = new StringBuilder("# Benchmark of " + machine.time() + "\n\n");
        text.append("- ")
                .append(line(
                        "%d cores of %s, %.1f GB of memory%s; %s",
                        machine.cores(),
                        machine.processor(),
                        machine.memoryBytes() / 1e9,
                        machine.hugePages() == null ? "" : ", " + machine.hugePages() + " huge pages",
                        machine.system()));
        text.append("- ").append(line("%s; PostgreSQL %s", machine.java(), machine.postgres()));
        text.append("- ")
                .append(line(
                        "%,d executions of %,d workflows and %,d owners over %d days",
                        set.executions(), set.workflows(), set.owners(), set.days()));
        text.append("- ")
                .append(line(
                        "%d rounds of %d s, both sides in turns; %s",
                        options.rounds(), options.time().toSeconds(), clients));
        text.append("\nMedians; ± is the range of the rounds relative to the median.\n\n");
        for (String[] cells : table()) {
            text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        }
        if (!failures.isEmpty()) {
            text.append("\nNot measured:\n\n");
            failures.forEach((name, message) ->
                    text.append("- ").append(name).append(": ").append(message).append("\n"));
        }
        return text.toString();
    }

    private List<String[]> table() {
        List<String[]> table = new ArrayList<>();
        table.add(new String[] {"figure", "Runlog", "floor", "ratio", "goal", ""});
        table.add(new String[] {"---", "---:", "---:", "---:", "---", "---"});
        figures.values().stream()
                .flatMap(List::stream)
                .forEach(row -> table.add(new String[] {
                    row.title() + (row.note().isEmpty() ? "" : " (" + row.note() + ")"),
                    valued(row.ours(), row.unit()),
                    row.floor() == null ? "" : valued(row.floor(), row.unit()) + ", " + row.floorName(),
                    row.ratio() == null
                            ? ""
                            : number(row.ratio().median()) + " ± "
                                    + percent(row.ratio().spread()),
                    goal(row),
                    verdict(row)
                }));
        return table;
    }

    private static String goal(Row row) {
        Goal goal = row.goal();
        if (goal == null) {
            return "";
        }
        String aim = goal.aim() == null ? "" : ", aim " + number(goal.aim());
        return (goal.atLeast() ? "≥ " : "≤ ") + number(goal.value()) + aim;
    }

    private static String verdict(Row row) {
        return row.goal() == null ? "" : row.goal().isReachedBy(row.measured()) ? "reached" : "**missed**";
    }

    private ObjectNode toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.putObject("machine")
                .put("cores", machine.cores())
                .put("processor", machine.processor())
                .put("memoryBytes", machine.memoryBytes())
                .put("hugePages", machine.hugePages())
                .put("system", machine.system())
                .put("java", machine.java())
                .put("postgres", machine.postgres())
                .put("time", machine.time().toString());
        root.putObject("run")
                .put("executions", set.executions())
                .put("workflows", set.workflows())
                .put("owners", set.owners())
                .put("days", set.days())
                .put("rounds", options.rounds())
                .put("seconds", options.time().toSeconds())
                .put("connections", options.connections())
                .put("clients", clients);
        ArrayNode rows = root.putArray("rows");
        figures.forEach((figure, measured) -> measured.forEach(row -> {
            ObjectNode json = rows.addObject()
                    .put("figure", figure)
                    .put("title", row.title())
                    .put("unit", row.unit())
                    .put("note", row.note());
            json.set("ours", JSON.valueToTree(row.ours().values()));
            if (row.floor() != null && row.ratio() != null) {
                json.put("floorName", row.floorName());
                json.set("floor", JSON.valueToTree(row.floor().values()));
                json.set("ratios", JSON.valueToTree(row.ratio().values()));
            }
            json.put("measured", row.measured());
            Goal goal = row.goal();
            if (goal != null) {
                json.put(goal.atLeast() ? "atLeast" : "atMost", goal.value())
                        .put("reached", goal.isReachedBy(row.measured()));
            }
        }));
        ObjectNode failed = root.putObject("failures");
        failures.forEach(failed::put);
        return root;
    }

    private static String valued(Samples samples, String unit) {
        String spread = samples.values().size() < 2 ? "" : " ± " + percent(samples.spread());
        return number(samples.median()) + " " + unit + spread;
    }

    private static String number(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size >= 1000 ? "%,.0f" : size >= 100 ? "%.0f" : "%.2f", value);
    }

    private static String percent(double part) {
        return Math.round(part * 100) + " %";
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format, values) + "\n";
    }
}
