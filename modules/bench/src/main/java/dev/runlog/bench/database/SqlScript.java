package dev.runlog.bench.database;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The statements of a transaction for pgbench.
 *
 * @param statements with {@code :name} for each variable; {@code :w} is a random workflow and {@code :o} its owner
 * @param constants values of other variables
 */
public record SqlScript(List<String> statements, Map<String, String> constants) {
    public static final String WORKFLOW_ID =
            "('" + DataSet.WORKFLOW_ID_PREFIX + "' || lpad(to_hex(:w::int), 12, '0'))::uuid";
    public static final String OWNER = "('" + DataSet.OWNER_PREFIX + "' || :o::text)";

    public SqlScript {
        statements = List.copyOf(statements);
        constants = Map.copyOf(constants);
    }

    /**
     * Turns the statement that a server sent for a page into one for random workflows. The parameters for the workflow
     * and its owner become expressions of their number, which cost a fraction of a microsecond; the others stay the
     * same.
     */
    public static SqlScript ofRandomWorkflow(SentStatement sent, int workflow, DataSet set) {
        String sql = sent.sql();
        Map<String, String> constants = new LinkedHashMap<>();
        // From last to first, because $1 is a prefix of $10.
        for (int number = sent.arguments().size(); number >= 1; number--) {
            SentStatement.Argument argument = sent.arguments().get(number - 1);
            String replacement;
            if (argument.isId(DataSet.workflowId(workflow))) {
                replacement = WORKFLOW_ID;
            } else if (argument.isText(set.owner(workflow))) {
                replacement = OWNER;
            } else {
                replacement = ":p" + number;
                constants.put("p" + number, argument.asText());
            }
            sql = sql.replace("$" + number, replacement);
        }
        return new SqlScript(List.of(sql), constants);
    }

    /** Returns the script for pgbench. */
    String toPgbench(DataSet set) {
        String drawn = "\\set w random(0, " + (set.workflows() - 1) + ")\n\\set o :w % " + set.owners() + "\n";
        return drawn
                + statements.stream()
                        // \gset ends a statement.
                        .map(sql -> sql.endsWith("\\gset") ? sql + "\n" : sql + ";\n")
                        .collect(Collectors.joining());
    }
}
