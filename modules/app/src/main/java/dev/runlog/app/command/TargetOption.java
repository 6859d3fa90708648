package dev.runlog.app.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.app.server.PrivateServer;
import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A server, or a database that none serves. */
public class TargetOption extends ServerOption implements AutoCloseable {
    private static final Pattern ID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private static final Pattern PASSWORD = Pattern.compile("^[^/]*//[^/@]*:[^/@]+@|[?&]password=");

    @Option(
            names = "--database",
            paramLabel = "URL",
            description = {
                "postgresql://user:password@host:port/name: without a server, straight at a database that none serves.",
                "A password that is not in it is looked up in PGPASSFILE, or in ~/.pgpass.",
                "Then across owners, unless --owner names one."
            })
    private @Nullable String database;

    @Option(
            names = "--owner",
            paramLabel = "NAME",
            description = {
                "With --database: as this owner.",
                "With a server, for cleanup, cleanup-status and 'policies set': of this owner's executions only; "
                        + "another's needs the scope ops."
            })
    private @Nullable String owner;

    @Option(names = "--all-owners", description = "Across owners; needs the scope ops.")
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

    /** Fails with a {@link BadUsage} where a server cannot be told what is said of owners. */
    void check(boolean takesOwner) {
        if (database != null && PASSWORD.matcher(database).find()) {
            warnOfArgument("--database", "PGPASSFILE or ~/.pgpass");
        }
        if (owner != null && owner.isBlank()) {
            throw new BadUsage("Invalid --owner: it is empty.");
        }
        if (owner == null || database != null) {
            return;
        }
        if (!takesOwner) {
            throw new BadUsage("Here, --owner goes with --database; a server knows by the token who asks.");
        }
        if (allOwners) {
            throw new BadUsage("Give --owner or --all-owners, not both.");
        }
    }

    public boolean allOwners() {
        return allOwners || database != null && owner == null;
    }

    /** Whose executions a server is asked about; null for one's own. A database is asked as the owner. */
    @Nullable
    public String owner() {
        return database == null ? owner : null;
    }

    public static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /** The id of a workflow that is given by its id or, where it is one's own, by its key; null for none. */
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
            throw new CommandFailure("There is no workflow '" + idOrKey + "'; of other owners, give the id.");
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
