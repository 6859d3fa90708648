package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.UUID;
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

    @Parameters(paramLabel = "ID", description = "The policy's id, as 'policies list' tells it.")
    private String id = "";

    PoliciesDeleteCommand() {}

    @Override
    int run(TargetOption server) {
        JsonNode policy = server.graphql(DELETE, Map.of("id", parsed(id).toString()))
                .path("deleteRetentionPolicy")
                .path("retentionPolicy");
        if (!printedAsJson(policy)) {
            System.out.println("Policy " + policy.path("id").asText() + " is gone.");
        }
        return 0;
    }

    private static UUID parsed(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException unreadable) {
            throw new BadUsage("'" + id + "' is no id of a policy: ids are UUIDs.");
        }
    }
}
