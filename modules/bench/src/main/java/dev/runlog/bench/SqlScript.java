package dev.runlog.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Statements of a transaction as pgbench runs them.
 *
 * @param statements with {@code :name} for each variable; {@code :w}, where it stands, is a random workflow and {@code
 *     :o} its owner
 * @param constants the values of other variables
 */
record SqlScript(List<String> statements, Map<String, String> constants) {
    static final String WORKFLOW_ID = "('" + DataSet.WORKFLOW_ID_PREFIX + "' || lpad(to_hex(:w::int), 12, '0'))::uuid";
    static final String OWNER = "('" + DataSet.OWNER_PREFIX + "' || :o::text)";

    SqlScript {
        statements = List.copyOf(statements);
        constants = Map.copyOf(constants);
    }

    /**
     * The statement that a server sent for a page of a workflow, for random workflows. What was bound to the workflow
     * and its owner becomes an expression of their number, which costs a part of a microsecond; all else stays bound to
     * what it was.
     */
    static SqlScript ofRandomWorkflow(SentStatement sent, int workflow, DataSet set) {
        String sql = sent.sql();
        Map<String, String> constants = new LinkedHashMap<>();
        // From the last one down, so that $1 is not taken for the beginning of $10.
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

    /** As a file for pgbench. */
    String toPgbench(DataSet set) {
        String drawn = "\\set w random(0, " + (set.workflows() - 1) + ")\n\\set o :w % " + set.owners() + "\n";
        return drawn
                + statements.stream()
                        // \gset ends a statement by itself.
                        .map(sql -> sql.endsWith("\\gset") ? sql + "\n" : sql + ";\n")
                        .collect(Collectors.joining());
    }
}
