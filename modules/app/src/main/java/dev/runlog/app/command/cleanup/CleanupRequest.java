package dev.runlog.app.command.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.command.TargetOption;
import dev.runlog.app.command.Text;
import dev.runlog.app.terminal.EscapedOutput;
import dev.runlog.contract.text.Escapes;
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

/** One cleanup from the command line: its preview, the confirmation on a terminal, and its progress. */
final class CleanupRequest {
    static final int NOT_CONFIRMED = 3;

    private static final String FIELDS = " { id dryRun state matched matchedExact deleted bytes partitionsDropped "
            + "startedAt finishedAt duration failure preview { executions exact sizesExact steps bytes partitions "
            + "oldestStartedAt newestStartedAt byStatus { success failed cancelled crashed } "
            + "workflows { workflow { id key } executions } "
            + "spared { running held keptByPolicy keptLast children } } } ";
    private static final String FOLLOW = "query Cleanup($id: ID!) { cleanup(id: $id)" + FIELDS + "}";
    private static final long POLL_MILLIS = 200;
    private static final int WORKFLOWS_LISTED_MAX = 10;

    /** A mutation that requests a cleanup. */
    record Mutation(String field, String inputType) {
        String text() {
            return "mutation Cleanup($input: " + inputType + "!) { " + field + "(input: $input) { cleanup" + FIELDS
                    + "} }";
        }
    }

    private final TargetOption server;
    private final boolean json;
    private final Mutation mutation;
    private final Map<String, @Nullable Object> input;

    CleanupRequest(TargetOption server, boolean json, Mutation mutation, Map<String, @Nullable Object> input) {
        this.server = server;
        this.json = json;
        this.mutation = mutation;
        this.input = input;
    }

    /**
     * Previews the cleanup if it is a dry run or needs confirmation, and otherwise carries it out and follows it to its
     * end. Returns the exit code.
     *
     * @param note a sentence for the preview
     * @param question what to confirm; null for no confirmation
     * @param emptyToo whether to carry it out even if there are no executions to delete
     */
    int run(boolean dryRun, String note, @Nullable String question, boolean emptyToo) throws InterruptedException {
        if (dryRun || question != null) {
            JsonNode preview = start(true);
            // Keeps the JSON output clean.
            PrintStream out = json ? System.err : System.out;
            if (!dryRun || !json) {
                printPreview(out, note, preview);
            }
            if (dryRun
                    || question == null
                    || !emptyToo && preview.path("matched").asLong() == 0) {
                if (json) {
                    System.out.println(preview.toPrettyString());
                }
                return 0;
            }
            if (!isConfirmed(out, question)) {
                System.err.println("runlog: cancelled; nothing was deleted.");
                return NOT_CONFIRMED;
            }
        }
        JsonNode cleanup = follow(start(false));
        if (json) {
            System.out.println(cleanup.toPrettyString());
        } else {
            print(cleanup);
        }
        return cleanup.path("state").asText().equals("COMPLETED") ? 0 : 1;
    }

    private JsonNode start(boolean dry) {
        input.put("dryRun", dry);
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("input", input);
        return server.graphql(mutation.text(), variables).path(mutation.field()).path("cleanup");
    }

    private static boolean isConfirmed(PrintStream out, String question) {
        out.print(question + " [y/N] ");
        out.flush();
        try {
            String answer = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
            return answer != null && List.of("y", "yes").contains(answer.trim().toLowerCase(Locale.ROOT));
        } catch (IOException gone) {
            return false;
        }
    }

    private JsonNode follow(JsonNode started) throws InterruptedException {
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

    private static void printPreview(PrintStream out, String note, JsonNode cleanup) {
        JsonNode preview = cleanup.path("preview");
        boolean exact = preview.path("exact").asBoolean();
        out.println("Would delete " + (exact ? "" : "about ") + Text.counted(preview.path("executions"), "execution")
                + (exact ? "." : " (estimated; see docs/retention.md)."));
        out.println(note);
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
            rows.add(
                    new String[] {"  workflow " + of.at("/workflow/key").asText(), Text.number(of.path("executions"))});
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
