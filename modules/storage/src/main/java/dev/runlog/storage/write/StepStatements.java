package dev.runlog.storage.write;

import static dev.runlog.storage.write.Column.joined;
import static dev.runlog.storage.write.Column.names;

import dev.runlog.contract.model.Step;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Statement;
import dev.runlog.storage.sql.UuidOrder;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/** The columns of steps, each named once, and the statement of recording. */
final class StepStatements {
    private static final Column<Step> EXECUTION_ID = Column.of("execution_id", "uuid", UUID[]::new, Step::executionId);
    private static final Column<Step> INDEX = Column.of("index", "integer", Integer[]::new, Step::index);
    private static final Column<Step> STATUS = Column.of(
            "status", "smallint", Short[]::new, step -> (short) step.status().number());
    private static final Column<Step> NAME = Column.of("name", "text", String[]::new, Step::name);

    /** Columns that keep their value if a step is recorded again without one. */
    private static final List<Column<Step>> KEPT = List.of(
            Column.of("kind", "text", String[]::new, Step::kind),
            Column.of("started_at", "timestamptz", OffsetDateTime[]::new, step -> Rows.toOffset(step.startedAt())),
            Column.of("finished_at", "timestamptz", OffsetDateTime[]::new, step -> Rows.toOffset(step.finishedAt())),
            Column.of("input", "text", String[]::new, Step::input),
            Column.of("output", "text", String[]::new, Step::output),
            Column.of("error", "text", String[]::new, Step::error));

    /** Bits of the parts that recording altered. Kept parts keep their bits. */
    private static final List<Column<Step>> ALTERATIONS = List.of(
            Column.of("truncated", "smallint", Short[]::new, step -> Rows.toStepBits(step.truncated())),
            Column.of("sanitized", "smallint", Short[]::new, step -> Rows.toStepBits(step.sanitized())),
            Column.of("redacted", "smallint", Short[]::new, step -> Rows.toStepBits(step.redacted())));

    private static final List<Column<Step>> ALL =
            Column.concat(List.of(List.of(EXECUTION_ID, INDEX, STATUS, NAME), KEPT, ALTERATIONS));

    /** A finished step stays as it is. An unchanged step is neither written nor returned. */
    private static final String UPSERT = """
            INSERT INTO step AS known (%1$s)
            SELECT %1$s
            FROM unnest(%2$s)
              AS new (%1$s)
            ON CONFLICT (execution_id, index) DO UPDATE
            SET status = excluded.status, name = excluded.name,
                %3$s,
                %4$s
            WHERE known.status = 1
              AND (excluded.status <> 1
                   OR (excluded.name, %5$s)
                      IS DISTINCT FROM (known.name, %6$s))
            RETURNING execution_id, index
            """.formatted(
                    names(ALL),
                    Column.parameters(1, ALL),
                    joined(KEPT, column -> column.name() + " = " + kept(column)),
                    joined(ALTERATIONS, column -> column.name() + " = " + mergedBits(column)),
                    joined(KEPT, StepStatements::kept),
                    joined(KEPT, column -> "known." + column.name()));

    private static final Comparator<Step> BY_KEY =
            Comparator.comparing(Step::executionId, UuidOrder.BY_BYTES).thenComparingInt(Step::index);

    private StepStatements() {}

    static Statement upsert(Collection<Step> steps) {
        List<Step> sorted = steps.stream().sorted(BY_KEY).toList();
        return new Statement(UPSERT, Column.addTo(Tuple.tuple(), ALL, sorted));
    }

    private static String kept(Column<?> column) {
        return "coalesce(excluded.%1$s, known.%1$s)".formatted(column.name());
    }

    private static String mergedBits(Column<?> column) {
        return ("excluded.%1$s | (known.%1$s"
                        + " & step_parts_kept(excluded.kind, excluded.input, excluded.output, excluded.error))")
                .formatted(column.name());
    }
}
