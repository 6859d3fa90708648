package dev.runlog.app.command.cleanup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.command.BadUsage;
import dev.runlog.app.command.CommandFailure;
import dev.runlog.app.command.TargetCommand;
import dev.runlog.app.command.TargetOption;
import dev.runlog.app.command.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code runlog policies delete}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Takes a policy away: its executions stay, unless a less specific policy says otherwise.")
final class PoliciesDeleteCommand extends TargetCommand {
    private static final String DELETE =
            "mutation Delete($id: ID!) { deleteRetentionPolicy(input: {id: $id}) { retentionPolicy { "
                    + PoliciesListCommand.FIELDS + " } } }";

    private static final Pattern SHORT_ID = Pattern.compile("[0-9a-fA-F]{8}");

    @Parameters(paramLabel = "ID", description = "The policy's id, as 'policies list' shows it, short or whole.")
    private String id = "";

    PoliciesDeleteCommand() {}

    @Override
    protected int run(TargetOption server) {
        JsonNode policy = server.graphql(DELETE, Map.of("id", wholeId(server)))
                .path("deleteRetentionPolicy")
                .path("retentionPolicy");
        if (!printedAsJson(policy)) {
            System.out.println("Policy " + policy.path("id").asText() + " is gone.");
        }
        return 0;
    }

    private String wholeId(TargetOption server) {
        if (TargetOption.isId(id)) {
            return id;
        }
        if (!SHORT_ID.matcher(id).matches()) {
            throw new BadUsage("Invalid policy id: " + id + " (expected one that 'policies list' shows).");
        }
        List<String> found = new ArrayList<>();
        server.graphql("{ retentionPolicies(first: 200) { nodes { id } } }", Map.of())
                .path("retentionPolicies")
                .path("nodes")
                .forEach(policy -> {
                    if (Text.shortId(policy.path("id").asText()).equalsIgnoreCase(id)) {
                        found.add(policy.path("id").asText());
                    }
                });
        if (found.size() != 1) {
            throw new CommandFailure(
                    found.isEmpty()
                            ? "There is no policy " + id + "; see 'policies list'."
                            : "There are several policies " + id + "; give one's whole id, as 'policies list --wide' "
                                    + "shows it.");
        }
        return found.get(0);
    }
}
