package dev.runlog.bench.figure.reading;

import dev.runlog.bench.database.DataSet;
import dev.runlog.bench.database.SentStatement;
import dev.runlog.bench.database.SqlScript;
import dev.runlog.bench.support.BenchFailure;
import dev.runlog.contract.model.Ids;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** The statement of the page in fixed-page.sql, which is independent of the one that the server sends now. */
public final class FixedPage {
    private static final int WORKFLOW = 1;
    private static final Duration REACH = Duration.ofDays(2);
    /** One more than the page, to know whether there is a next one. */
    private static final String ROWS = "21";

    private FixedPage() {}

    public static SqlScript script(DataSet set) {
        Instant from = Instant.ofEpochMilli(set.endMillis()).minus(REACH);
        return SqlScript.ofRandomWorkflow(
                new SentStatement(
                        sql(),
                        List.of(
                                SentStatement.Argument.ofText(
                                        Ids.lowerBound(from).toString()),
                                SentStatement.Argument.ofText(set.owner(WORKFLOW)),
                                SentStatement.Argument.ofText(
                                        DataSet.workflowId(WORKFLOW).toString()),
                                SentStatement.Argument.ofText(ROWS))),
                WORKFLOW,
                set);
    }

    private static String sql() {
        try (InputStream file = Objects.requireNonNull(FixedPage.class.getResourceAsStream("/fixed-page.sql"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("(?m)^--.*\n", "")
                    .strip();
        } catch (IOException failure) {
            throw new BenchFailure("Cannot read fixed-page.sql: " + failure.getMessage(), failure);
        }
    }
}
