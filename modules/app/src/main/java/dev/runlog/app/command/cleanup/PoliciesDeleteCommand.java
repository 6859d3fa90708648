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
        description = "Deletes a policy. A less specific policy then applies to its executions, if there is one.")
final class PoliciesDeleteCommand extends TargetCommand {
    private static final String DELETE =
            "mutation Delete($id: ID!) { deleteRetentionPolicy(input: {id: $id}) { retentionPolicy { "
                    + PoliciesListCommand.FIELDS + " } } }";

    private static final Pattern SHORT_ID = Pattern.compile("[0-9a-fA-F]{8}");

    @Parameters(paramLabel = "ID", description = "The policy's ID, short or full, as shown by 'policies list'.")
    private String id = "";

    PoliciesDeleteCommand() {}

    @Override
    protected int run(TargetOption server) {
        JsonNode policy = server.graphql(DELETE, Map.of("id", fullId(server)))
                .path("deleteRetentionPolicy")
                .path("retentionPolicy");
        if (!printedAsJson(policy)) {
            System.out.println("Deleted policy " + policy.path("id").asText() + ".");
        }
        return 0;
    }

    private String fullId(TargetOption server) {
        if (TargetOption.isId(id)) {
            return id;
        }
        if (!SHORT_ID.matcher(id).matches()) {
            throw new BadUsage("Invalid policy ID: " + id + " (expected an ID shown by 'policies list').");
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
                            ? "Policy not found: " + id + "; see 'policies list'."
                            : "Several policies have the short ID " + id + "; use the full ID shown by 'policies list "
                                    + "--wide'.");
        }
        return found.get(0);
    }
}
