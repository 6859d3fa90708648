package dev.runlog.app.command.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.Days;
import dev.runlog.app.command.Numbers;
import dev.runlog.app.command.Statuses;
import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code runlog policies set}. */
@Command(
        name = "set",
        mixinStandardHelpOptions = true,
        description =
                "Creates a policy or replaces the one for the same workflow, owner and statuses. The most specific "
                        + "policy applies: workflow before owner before all owners, then with status before without.")
final class PoliciesSetCommand extends TargetCommand {
    private static final String SET =
            "mutation Set($input: SetRetentionPolicyInput!) { setRetentionPolicy(input: $input) { retentionPolicy { "
                    + PoliciesListCommand.FIELDS + " } } }";
    private static final int KEEP_LAST_MAX = 1_000_000;

    @Option(names = "--workflow", paramLabel = "ID|KEY", description = "Only for this workflow.")
    private @Nullable String workflow;

    @Option(
            names = "--status",
            split = ",",
            paramLabel = "STATUS",
            description = "Only for these: success, failed, cancelled or crashed. May be repeated.")
    private List<String> statuses = new ArrayList<>();

    @Option(names = "--keep-days", paramLabel = "DAYS", description = "Number of days to keep executions.")
    private @Nullable String keepDays;

    @Option(
            names = "--keep-last",
            paramLabel = "N",
            description = "Keep the latest N executions of each workflow, regardless of age.")
    private @Nullable String keepLast;

    PoliciesSetCommand() {}

    @Override
    protected boolean takesOwner() {
        return true;
    }

    @Override
    protected int run(TargetOption server) {
        Map<String, @Nullable Object> input = new LinkedHashMap<>();
        List<String> chosen = Statuses.parse(statuses);
        // The server rejects an empty list.
        input.put("statuses", chosen.isEmpty() ? null : chosen);
        if (keepDays == null && keepLast == null) {
            throw new BadUsage("Missing --keep-days or --keep-last (one or both).");
        }
        input.put("keepFor", keepDays == null ? null : "P" + Days.parse("--keep-days", keepDays) + "D");
        input.put("keepLast", keepLast == null ? null : Numbers.parse("--keep-last", keepLast, 1, KEEP_LAST_MAX));
        input.put("owner", server.owner());
        input.put("allOwners", server.allOwners());
        input.put("workflowId", server.workflowId(workflow));
        JsonNode policy = server.graphql(SET, Map.of("input", input))
                .path("setRetentionPolicy")
                .path("retentionPolicy");
        if (!printedAsJson(policy)) {
            PoliciesListCommand.print(
                    server, JsonNodeFactory.instance.arrayNode().add(policy), isWide());
        }
        return 0;
    }
}
