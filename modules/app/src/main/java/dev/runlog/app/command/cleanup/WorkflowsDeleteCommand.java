package dev.runlog.app.command.cleanup;

import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code runlog workflows delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = {
            "Deletes a workflow with all its executions and retention policies.",
            "Fails while an execution is running or held."
        })
final class WorkflowsDeleteCommand extends TargetCommand {
    private static final CleanupRequest.Mutation DELETE =
            new CleanupRequest.Mutation("deleteWorkflow", "DeleteWorkflowInput");

    @Parameters(paramLabel = "ID|KEY", description = "The workflow.")
    private String workflow = "";

    @Option(names = "--dry-run", description = "Only show what would be deleted.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do not ask for confirmation. Required without a terminal.")
    private boolean yes;

    WorkflowsDeleteCommand() {}

    @Override
    protected boolean takesOwner() {
        return true;
    }

    @Override
    protected int run(TargetOption server) throws InterruptedException {
        boolean isInteractive = Boolean.getBoolean("runlog.interactive");
        if (!dryRun && !yes && !isInteractive) {
            throw new BadUsage("Missing --yes: without a terminal, use --yes to delete the workflow, or --dry-run.");
        }
        if (server.allOwners()) {
            throw new BadUsage("Missing --owner: a workflow is deleted for one owner.");
        }
        Map<String, @Nullable Object> input = new LinkedHashMap<>();
        input.put(TargetOption.isId(workflow) ? "workflowId" : "workflowKey", workflow);
        input.put("owner", server.owner());
        int code = new CleanupRequest(server, isJson(), DELETE, input)
                .run(
                        dryRun,
                        "The workflow and its retention policies would be deleted as well.",
                        dryRun || yes ? null : "Delete this workflow with all its executions?",
                        true);
        if (code == 0 && !dryRun && !isJson()) {
            System.out.println("Deleted workflow " + workflow + ".");
        }
        return code;
    }
}
