package dev.runlog.app.command.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.Days;
import dev.runlog.app.command.Numbers;
import dev.runlog.app.command.TargetOption;
import dev.runlog.app.command.Text;
import dev.runlog.app.terminal.EscapedOutput;
import dev.runlog.app.terminal.Escapes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Asks for a cleanup, has it confirmed on a terminal, and follows it to its end; with the options of all commands that
 * do.
 */
final class CleanupRun {
    static final int NOT_CONFIRMED = 3;

    private static final String FIELDS = " { id dryRun state matched matchedExact deleted bytes partitionsDropped "
            + "startedAt finishedAt duration failure preview { executions exact sizesExact steps bytes partitions "
            + "oldestStartedAt newestStartedAt byStatus { success failed cancelled crashed } "
            + "workflows { workflowId key executions } "
            + "spared { running held keptByPolicy keptLast children } } } ";
    private static final String START =
            "mutation Cleanup($input: CleanupExecutionsInput!) { cleanupExecutions(input: $input) { cleanup" + FIELDS
                    + "} }";
    private static final String FOLLOW = "query Cleanup($id: ID!) { cleanup(id: $id)" + FIELDS + "}";
    private static final long POLL_MILLIS = 200;
    private static final int WORKFLOWS_TOLD_MAX = 10;

    @Option(
            names = "--days",
            paramLabel = "DAYS",
            description = {
                "How many days to keep, 1 at least. Default: 30 for cleanup, 7 for cleanup-status.",
                "Where nobody can be asked, as input or output is no terminal, --days or --yes must be given."
            })
    private @Nullable String days;

    @Option(names = "--dry-run", description = "Only tell what would be deleted.")
    private boolean dryRun;

    @Option(names = "--workflow", paramLabel = "ID|KEY", description = "Of this workflow only.")
    private @Nullable String workflow;

    @Option(names = "--keep-last", paramLabel = "N", description = "Keep the newest N of each workflow.")
    private @Nullable String keepLast;

    @Option(names = "--ignore-policies", description = "Delete also what a retention policy would keep longer.")
    private boolean ignorePolicies;

    @Option(names = "--yes", description = "Do not ask, on a terminal, whether to delete.")
    private boolean yes;

    protected int run(TargetOption server, boolean json, int daysDefault, List<String> statuses)
            throws InterruptedException {
        Map<String, @Nullable Object> input = new LinkedHashMap<>();
        boolean isInteractive = Boolean.getBoolean("runlog.interactive");
        if (days == null && !dryRun && !yes && !isInteractive) {
            throw new BadUsage("Missing --days: without a terminal to ask on, give --days, or --yes to keep the last "
                    + daysDefault + " days.");
        }
        int kept = days == null ? daysDefault : Days.parse("--days", days);
        input.put("olderThan", "P" + kept + "D");
        if (!statuses.isEmpty()) {
            input.put("status", statuses);
        }
        if (keepLast != null) {
            input.put("keepLast", Numbers.parse("--keep-last", keepLast, 1, 1_000_000));
        }
        input.put("ignorePolicies", ignorePolicies);
        input.put("owner", server.owner());
        input.put("allOwners", server.allOwners());
        input.put("workflowId", server.workflowId(workflow));
        boolean asks = !dryRun && !yes && isInteractive;
        if (dryRun || asks) {
            JsonNode preview = start(server, input, true);
            boolean ends = dryRun || preview.path("matched").asLong() == 0;
            // What is for people stays out of the JSON.
            PrintStream people = json ? System.err : System.out;
            if (asks || !json) {
                printPreview(people, kept, preview);
            }
            if (ends) {
                if (json) {
                    System.out.println(preview.toPrettyString());
                }
                return 0;
            }
            if (!isConfirmed(people)) {
                System.err.println("runlog: nothing was deleted.");
                return NOT_CONFIRMED;
            }
        }
        JsonNode cleanup = follow(server, json, start(server, input, false));
        if (json) {
            System.out.println(cleanup.toPrettyString());
        } else {
            print(cleanup);
        }
        return cleanup.path("state").asText().equals("COMPLETED") ? 0 : 1;
    }

    private static JsonNode start(TargetOption server, Map<String, @Nullable Object> input, boolean dry) {
        input.put("dryRun", dry);
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("input", input);
        return server.graphql(START, variables).path("cleanupExecutions").path("cleanup");
    }

    private static boolean isConfirmed(PrintStream people) {
        people.print("Delete them? [y/N] ");
        people.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
            return answer != null && List.of("y", "yes").contains(answer.trim().toLowerCase(Locale.ROOT));
        } catch (IOException gone) {
            return false;
        }
    }

    private static JsonNode follow(TargetOption server, boolean json, JsonNode started) throws InterruptedException {
        JsonNode cleanup = started;
        boolean terminal = Boolean.getBoolean("runlog.terminal") && !json;
        ProgressBar bar = null;
        try {
            while (!isOver(cleanup)) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                cleanup = server.graphql(FOLLOW, Map.of("id", cleanup.path("id").asText()))
                        .path("cleanup");
                long deleted = cleanup.path("deleted").asLong();
                long matched = Math.max(cleanup.path("matched").asLong(), deleted);
                // Nothing is known of one that waits, and there is nothing to show of one that finds nothing.
                if (terminal && bar == null && matched > 0) {
                    bar = bar();
                }
                if (bar != null) {
                    bar.maxHint(matched);
                    bar.stepTo(deleted);
                }
            }
        } finally {
            if (bar != null) {
                bar.close();
            }
        }
        return cleanup;
    }

    private static ProgressBar bar() {
        return new ProgressBarBuilder()
                .setTaskName("Deleting")
                .setStyle(ProgressBarStyle.ASCII)
                .setInitialMax(-1)
                // It moves the cursor.
                .setConsumer(new ConsoleProgressBarConsumer(EscapedOutput.raw(System.err)))
                .build();
    }

    private static boolean isOver(JsonNode cleanup) {
        String state = cleanup.path("state").asText();
        return !state.equals("PENDING") && !state.equals("RUNNING");
    }

    private static void printPreview(PrintStream people, int kept, JsonNode cleanup) {
        JsonNode preview = cleanup.path("preview");
        boolean exact = preview.path("exact").asBoolean();
        people.println("Would delete " + (exact ? "" : "about ") + Text.counted(preview.path("executions"), "execution")
                + (exact ? "." : " (estimated; see docs/retention.md)."));
        people.println("Keeps what started in the last " + (kept == 1 ? "day." : kept + " days."));
        if (preview.path("executions").asLong() > 0) {
            List<String[]> rows = new ArrayList<>();
            preview.path("byStatus").fields().forEachRemaining(status -> {
                if (status.getValue().asLong() > 0) {
                    rows.add(new String[] {"  " + status.getKey(), Text.number(status.getValue())});
                }
            });
            addWorkflows(rows, preview, exact);
            String about = preview.path("sizesExact").asBoolean() ? "" : ", about";
            rows.add(new String[] {"  started from", Text.day(preview.path("oldestStartedAt"))});
            rows.add(new String[] {"  to", Text.day(preview.path("newestStartedAt"))});
            rows.add(new String[] {"  steps" + about, Text.number(preview.path("steps"))});
            rows.add(new String[] {"  space" + about, Text.bytes(preview.path("bytes"))});
            if (preview.hasNonNull("partitions")) {
                rows.add(new String[] {"  whole days", Text.number(preview.path("partitions"))});
            }
            Text.print(people, 1, rows, 0);
        }
        printSpared(people, "Would spare:", preview.path("spared"));
    }

    private static void printSpared(PrintStream people, String title, JsonNode spared) {
        List<String[]> rows = new ArrayList<>();
        addSpared(rows, "  running", spared.path("running"));
        addSpared(rows, "  held", spared.path("held"));
        addSpared(rows, "  kept by a policy", spared.path("keptByPolicy"));
        addSpared(rows, "  among the newest", spared.path("keptLast"));
        addSpared(rows, "  children of those", spared.path("children"));
        if (!rows.isEmpty()) {
            people.println(title);
            Text.print(people, 1, rows);
        }
    }

    /** Those with most, and what the others come to; a few more or less are roundings where it is not exact. */
    private static void addWorkflows(List<String[]> rows, JsonNode preview, boolean exact) {
        JsonNode workflows = preview.path("workflows");
        long others = preview.path("executions").asLong();
        for (JsonNode of : workflows) {
            rows.add(new String[] {"  of workflow " + of.path("key").asText(), Text.number(of.path("executions"))});
            others -= of.path("executions").asLong();
        }
        if (exact && others > 0 && !workflows.isEmpty()) {
            rows.add(new String[] {"  of other workflows", Text.number(others)});
        } else if (!exact && workflows.size() >= WORKFLOWS_TOLD_MAX) {
            rows.add(new String[] {"  of other workflows, about", Text.number(Math.max(0, others))});
        }
    }

    private static void addSpared(List<String[]> rows, String why, JsonNode count) {
        if (count.asLong() > 0) {
            rows.add(new String[] {why, Text.number(count)});
        }
    }

    private static void print(JsonNode cleanup) {
        String state = Text.word(cleanup.path("state"));
        System.out.println("Deleted " + Text.counted(cleanup.path("deleted"), "execution")
                + (cleanup.path("partitionsDropped").asInt() > 0
                        ? ", " + Text.counted(cleanup.path("partitionsDropped"), "whole day") + " among them"
                        : "")
                + "; " + Text.bytes(cleanup.path("bytes")) + " freed in " + Text.time(cleanup.path("duration")) + ".");
        System.out.println("Cleanup " + cleanup.path("id").asText() + " is " + state + ".");
        printSpared(System.out, "Spared:", cleanup.path("preview").path("spared"));
        if (cleanup.path("failure").isTextual()) {
            System.err.println("runlog: " + Escapes.line(cleanup.path("failure").asText()));
        }
    }
}
