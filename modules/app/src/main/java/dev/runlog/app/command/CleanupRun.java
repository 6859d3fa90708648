package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Asks for a cleanup and follows it to its end. */
final class CleanupRun {
    private static final String FIELDS = " { id dryRun state matched deleted bytes partitionsDropped failure } ";
    private static final String START =
            "mutation Cleanup($input: CleanupExecutionsInput!) { cleanupExecutions(input: $input) { cleanup" + FIELDS
                    + "} }";
    private static final String FOLLOW = "query Cleanup($id: ID!) { cleanup(id: $id)" + FIELDS + "}";
    private static final long POLL_MILLIS = 300;

    @Option(names = "--dry-run", description = "Only tell what would be deleted.")
    private boolean dryRun;

    @Option(names = "--all-owners", description = "Across owners; needs the scope ops.")
    private boolean allOwners;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    int run(ServerOption server, int days, List<String> statuses) throws InterruptedException {
        if (days < 0) {
            throw new CommandFailure("--days must be 0 or more, not " + days + ".");
        }
        Map<String, @Nullable Object> input = new LinkedHashMap<>();
        input.put("olderThan", "P" + days + "D");
        if (!statuses.isEmpty()) {
            input.put("status", statuses);
        }
        input.put("allOwners", allOwners);
        input.put("dryRun", dryRun);
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        variables.put("input", input);
        JsonNode cleanup =
                server.graphql(START, variables).path("cleanupExecutions").path("cleanup");
        cleanup = follow(server, cleanup);
        if (json) {
            System.out.println(cleanup.toPrettyString());
        } else {
            print(cleanup);
        }
        return cleanup.path("state").asText().equals("COMPLETED") ? 0 : 1;
    }

    private JsonNode follow(ServerOption server, JsonNode started) throws InterruptedException {
        JsonNode cleanup = started;
        if (isOver(cleanup)) {
            return cleanup;
        }
        boolean terminal = Boolean.getBoolean("runlog.terminal") && !json;
        try (@Nullable ProgressBar bar = terminal ? bar() : null) {
            while (!isOver(cleanup)) {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
                cleanup = server.graphql(FOLLOW, Map.of("id", cleanup.path("id").asText()))
                        .path("cleanup");
                if (bar != null) {
                    bar.maxHint(cleanup.path("matched").asLong());
                    bar.stepTo(cleanup.path("deleted").asLong());
                }
            }
        }
        return cleanup;
    }

    private static ProgressBar bar() {
        return new ProgressBarBuilder()
                .setTaskName("Deleting")
                .setInitialMax(-1)
                .build();
    }

    private static boolean isOver(JsonNode cleanup) {
        String state = cleanup.path("state").asText();
        return !state.equals("PENDING") && !state.equals("RUNNING");
    }

    private static void print(JsonNode cleanup) {
        boolean dry = cleanup.path("dryRun").asBoolean();
        System.out.printf(
                Locale.ROOT,
                "%s %,d of %,d executions that match, %,d bytes. Cleanup %s is %s.%n",
                dry ? "Would delete" : "Deleted",
                cleanup.path("deleted").asLong(),
                cleanup.path("matched").asLong(),
                cleanup.path("bytes").asLong(),
                cleanup.path("id").asText(),
                cleanup.path("state").asText().toLowerCase(Locale.ROOT));
        if (cleanup.path("failure").isTextual()) {
            System.err.println("runlog: " + cleanup.path("failure").asText());
        }
    }
}
