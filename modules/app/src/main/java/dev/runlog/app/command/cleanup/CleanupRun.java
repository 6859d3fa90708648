package dev.runlog.app.command.cleanup;

import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.Days;
import dev.runlog.app.command.Numbers;
import dev.runlog.app.command.TargetOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The common part of the cleanup commands. */
final class CleanupRun {
    private static final CleanupRequest.Mutation CLEAN_UP =
            new CleanupRequest.Mutation("cleanupExecutions", "CleanupExecutionsInput");

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
            input.put("statuses", statuses);
        }
        if (keepLast != null) {
            input.put("keepLast", Numbers.parse("--keep-last", keepLast, 1, 1_000_000));
        }
        input.put("ignorePolicies", ignorePolicies);
        input.put("owner", server.owner());
        input.put("allOwners", server.allOwners());
        input.put("workflowId", server.workflowId(workflow));
        return new CleanupRequest(server, json, CLEAN_UP, input)
                .run(
                        dryRun,
                        "Executions from the last " + (kept == 1 ? "day" : kept + " days") + " are kept.",
                        dryRun || yes || !isInteractive ? null : "Delete these executions?",
                        false);
    }
}
