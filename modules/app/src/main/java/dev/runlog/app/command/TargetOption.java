package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.server.PrivateServer;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for a server, or for a database without a server. */
public class TargetOption extends ServerOption implements AutoCloseable {
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final Pattern PASSWORD = Pattern.compile("^[^/]*//[^/@]*:[^/@]+@|[?&]password=");

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = {
                "postgresql://user:password@host:port/name: a database without a running server.",
                "A password that is not in the URL is read from ~/.pgpass or PGPASSFILE.",
                "Includes all owners unless --owner is set."
            })
    private @Nullable String database;

    @Option(
            names = "--owner",
            paramLabel = "NAME",
            description = {
                "With --database: act as this owner.",
                "With a server, for cleanup, cleanup-status and 'policies set': only executions of this owner; "
                        + "another owner requires the scope ops."
            })
    private @Nullable String owner;

    @Option(names = "--all-owners", description = "Include all owners; requires the scope ops.")
    private boolean allOwners;

    private @Nullable PrivateServer server;

    @Override
    public URI url() {
        return database == null ? super.url() : server(database).url();
    }

    @Override
    public String token() {
        return database == null ? super.token() : server(database).token();
    }

    /** Fails with a {@link BadUsage} for invalid combinations of owner options. */
    void check(boolean takesOwner) {
        if (database != null && PASSWORD.matcher(database).find()) {
            warnAboutSecretInArgument("--database", "PGPASSFILE or ~/.pgpass");
        }
        if (owner != null && owner.isBlank()) {
            throw new BadUsage("Invalid --owner: it is empty.");
        }
        if (owner == null || database != null) {
            return;
        }
        if (!takesOwner) {
            throw new BadUsage(
                    "This command supports --owner only with --database; with a server, the token determines the owner.");
        }
        if (allOwners) {
            throw new BadUsage("Use either --owner or --all-owners, not both.");
        }
    }

    public boolean allOwners() {
        return allOwners || database != null && owner == null;
    }

    /** Owner for requests to a server; null for the token's own. With a database, the token is the owner's. */
    @Nullable
    public String owner() {
        return database == null ? owner : null;
    }

    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** Returns the ID of a workflow given by ID or, for your own, by key; null for null. */
    @Nullable
    public String workflowId(@Nullable String idOrKey) {
        if (idOrKey == null || isId(idOrKey)) {
            return idOrKey;
        }
        JsonNode found = graphql(
                "query Workflow($key: String!) { viewer { subject } workflowByKey(key: $key) { id } }",
                Map.of("key", idOrKey));
        String subject = found.path("viewer").path("subject").asText();
        boolean own = owner() == null || subject.equals(owner());
        JsonNode workflow = found.path("workflowByKey");
        if (!own || !workflow.isObject()) {
            throw new CommandFailure(
                    "Workflow not found: '" + idOrKey + "'. For another owner's workflow, use its ID.");
        }
        return workflow.path("id").asText();
    }

    private PrivateServer server(String at) {
        if (server == null) {
            String subject = owner == null ? "command line, " + System.getProperty("user.name") : owner;
            server = PrivateServer.on(at, subject);
        }
        return server;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
