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

/** The common part of the cleanup commands: options, preview, confirmation on a terminal, and progress. */
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
    private static final int WORKFLOWS_LISTED_MAX = 10;

    @Option(
            names = "--days",
            paramLabel = "DAYS",
            description = {
                "Number of days to keep, at least 1. Default: 30 for cleanup, 7 for cleanup-status.",
                "Without a terminal, --days or --yes is required."
            })
    private @Nullable String days;

    @Option(names = "--dry-run", description = "Only show what would be deleted.")
    private boolean dryRun;

    @Option(names = "--workflow", paramLabel = "ID|KEY", description = "Only executions of this workflow.")
    private @Nullable String workflow;

    @Option(names = "--keep-last", paramLabel = "N", description = "Keep the latest N executions of each workflow.")
    private @Nullable String keepLast;

    @Option(names = "--ignore-policies", description = "Also delete what a retention policy would keep longer.")
    private boolean ignorePolicies;

    @Option(names = "--yes", description = "Do not ask for confirmation.")
    private boolean yes;

    int run(TargetOption server, boolean json, int daysDefault, List<String> statuses) throws InterruptedException {
        Map<String, @Nullable Object> input = new LinkedHashMap<>();
        boolean isInteractive = Boolean.getBoolean("runlog.interactive");
        if (days == null && !dryRun && !yes && !isInteractive) {
            throw new BadUsage("Missing --days: without a terminal, use --days, or --yes to keep the last "
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
        boolean needsConfirmation = !dryRun && !yes && isInteractive;
        if (dryRun || needsConfirmation) {
            JsonNode preview = start(server, input, true);
            boolean onlyPreview = dryRun || preview.path("matched").asLong() == 0;
            // Keeps the JSON output clean.
            PrintStream out = json ? System.err : System.out;
            if (needsConfirmation || !json) {
                printPreview(out, kept, preview);
            }
            if (onlyPreview) {
                if (json) {
                    System.out.println(preview.toPrettyString());
                }
                return 0;
            }
            if (!isConfirmed(out)) {
                System.err.println("runlog: cancelled; nothing was deleted.");
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

    private static boolean isConfirmed(PrintStream out) {
        out.print("Delete these executions? [y/N] ");
        out.flush();
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
                // A pending cleanup has no figures yet, and one without matches needs no bar.
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
                // Unescaped, because it moves the cursor.
                .setConsumer(new ConsoleProgressBarConsumer(EscapedOutput.raw(System.err)))
                .build();
    }

    private static boolean isOver(JsonNode cleanup) {
        String state = cleanup.path("state").asText();
        return !state.equals("PENDING") && !state.equals("RUNNING");
    }

    private static void printPreview(PrintStream out, int kept, JsonNode cleanup) {
        JsonNode preview = cleanup.path("preview");
        boolean exact = preview.path("exact").asBoolean();
        out.println("Would delete " + (exact ? "" : "about ") + Text.counted(preview.path("executions"), "execution")
                + (exact ? "." : " (estimated; see docs/retention.md)."));
        out.println("Executions from the last " + (kept == 1 ? "day" : kept + " days") + " are kept.");
        if (preview.path("executions").asLong() > 0) {
            List<String[]> rows = new ArrayList<>();
            preview.path("byStatus").fields().forEachRemaining(status -> {
                if (status.getValue().asLong() > 0) {
                    rows.add(new String[] {"  " + status.getKey(), Text.number(status.getValue())});
                }
            });
            addWorkflows(rows, preview, exact);
            String estimate = preview.path("sizesExact").asBoolean() ? "" : ", estimated";
            rows.add(new String[] {"  oldest start", Text.day(preview.path("oldestStartedAt"))});
            rows.add(new String[] {"  newest start", Text.day(preview.path("newestStartedAt"))});
            rows.add(new String[] {"  steps" + estimate, Text.number(preview.path("steps"))});
            rows.add(new String[] {"  space" + estimate, Text.bytes(preview.path("bytes"))});
            if (preview.hasNonNull("partitions")) {
                rows.add(new String[] {"  whole days", Text.number(preview.path("partitions"))});
            }
            Text.print(out, 1, rows, 0);
        }
        printSpared(out, "Would keep:", preview.path("spared"));
    }

    private static void printSpared(PrintStream out, String title, JsonNode spared) {
        List<String[]> rows = new ArrayList<>();
        addSpared(rows, "  running", spared.path("running"));
        addSpared(rows, "  held", spared.path("held"));
        addSpared(rows, "  by a policy", spared.path("keptByPolicy"));
        addSpared(rows, "  among the latest", spared.path("keptLast"));
        addSpared(rows, "  children of kept ones", spared.path("children"));
        if (!rows.isEmpty()) {
            out.println(title);
            Text.print(out, 1, rows);
        }
    }

    /**
     * Adds the largest workflows and the total of the others. Without exact figures, small differences are rounding
     * errors.
     */
    private static void addWorkflows(List<String[]> rows, JsonNode preview, boolean exact) {
        JsonNode workflows = preview.path("workflows");
        long others = preview.path("executions").asLong();
        for (JsonNode of : workflows) {
            rows.add(new String[] {"  workflow " + of.path("key").asText(), Text.number(of.path("executions"))});
            others -= of.path("executions").asLong();
        }
        if (exact && others > 0 && !workflows.isEmpty()) {
            rows.add(new String[] {"  other workflows", Text.number(others)});
        } else if (!exact && workflows.size() >= WORKFLOWS_LISTED_MAX) {
            rows.add(new String[] {"  other workflows, estimated", Text.number(Math.max(0, others))});
        }
    }

    private static void addSpared(List<String[]> rows, String reason, JsonNode count) {
        if (count.asLong() > 0) {
            rows.add(new String[] {reason, Text.number(count)});
        }
    }

    private static void print(JsonNode cleanup) {
        String state = Text.word(cleanup.path("state"));
        System.out.println("Deleted " + Text.counted(cleanup.path("deleted"), "execution")
                + (cleanup.path("partitionsDropped").asInt() > 0
                        ? ", including " + Text.counted(cleanup.path("partitionsDropped"), "whole day")
                        : "")
                + "; freed " + Text.bytes(cleanup.path("bytes")) + " in " + Text.time(cleanup.path("duration")) + ".");
        System.out.println("Cleanup " + cleanup.path("id").asText() + ": " + state + ".");
        printSpared(System.out, "Kept:", cleanup.path("preview").path("spared"));
        if (cleanup.path("failure").isTextual()) {
            System.err.println("runlog: " + Escapes.line(cleanup.path("failure").asText()));
        }
    }
}
