package dev.runlog.storage.write;

import static dev.runlog.storage.write.Column.joined;
import static dev.runlog.storage.write.Column.names;

import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.Step;
import dev.runlog.contract.model.StepId;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Statement;
import dev.runlog.storage.sql.UuidOrder;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The columns of steps, each named once, and the statement of recording. */
final class StepStatements {
    private static final Column<Step> EXECUTION_ID = Column.of("execution_id", "uuid", UUID[]::new, Step::executionId);
    private static final Column<Step> INDEX = Column.of("index", "integer", Integer[]::new, Step::index);
    private static final Column<Step> STATUS = Column.of(
            "status", "smallint", Short[]::new, step -> (short) step.status().number());
    private static final Column<Step> NAME = Column.of("name", "text", String[]::new, Step::name);

    /** Columns that keep their value if a step is recorded again without one. */
    private static final List<Column<Step>> KEPT = List.of(
            Column.of("parent_index", "integer", Integer[]::new, Step::parentIndex),
            Column.of("attempt", "smallint", Short[]::new, StepStatements::attempt),
            Column.of("kind", "text", String[]::new, Step::kind),
            Column.of("started_at", "timestamptz", OffsetDateTime[]::new, step -> Rows.toOffset(step.startedAt())),
            Column.of("finished_at", "timestamptz", OffsetDateTime[]::new, step -> Rows.toOffset(step.finishedAt())),
            Column.of("input", "text", String[]::new, Step::input),
            Column.of("output", "text", String[]::new, Step::output));

    /** Columns that keep their values together if a step is recorded again without an error. */
    private static final List<Column<Step>> ERROR = List.of(
            Column.of("error_fingerprint", "text", String[]::new, Step::errorFingerprint),
            error("error_type", ExecutionError::type),
            error("error_message", ExecutionError::message),
            error("error_details", ExecutionError::details),
            error("stack_trace", ExecutionError::stackTrace));

    /** Bits of the parts that recording altered. Kept parts keep their bits. */
    private static final List<Column<Step>> ALTERATIONS = List.of(
            Column.of("truncated", "smallint", Short[]::new, step -> Rows.toStepBits(step.truncated())),
            Column.of("sanitized", "smallint", Short[]::new, step -> Rows.toStepBits(step.sanitized())),
            Column.of("redacted", "smallint", Short[]::new, step -> Rows.toStepBits(step.redacted())));

    private static final List<Column<Step>> ALL =
            Column.concat(List.of(List.of(EXECUTION_ID, INDEX, STATUS, NAME), KEPT, ERROR, ALTERATIONS));

    /** A finished step stays as it is. An unchanged step is neither written nor returned. */
    private static final String UPSERT = """
            INSERT INTO step AS known (%1$s)
            SELECT %1$s
            FROM unnest(%2$s)
              AS new (%1$s)
            ON CONFLICT (execution_id, index) DO UPDATE
            SET status = excluded.status, name = excluded.name,
                %3$s,
                %4$s,
                %5$s
            WHERE known.status = 1
              AND (excluded.status <> 1
                   OR (excluded.name, %6$s, %7$s)
                      IS DISTINCT FROM (known.name, %8$s))
            RETURNING execution_id, index
            """.formatted(
                    names(ALL),
                    Column.parameters(1, ALL),
                    joined(KEPT, column -> column.name() + " = " + kept(column)),
                    joined(ERROR, column -> column.name() + " = " + keptError(column)),
                    joined(ALTERATIONS, column -> column.name() + " = " + mergedBits(column)),
                    joined(KEPT, StepStatements::kept),
                    joined(ERROR, StepStatements::keptError),
                    joined(Column.concat(List.of(KEPT, ERROR)), column -> "known." + column.name()));

    /** Bounds the work for one batch. A cycle through more steps is not noticed. */
    private static final int PARENTS_MAX = 100_000;

    /** The inner LIMIT makes PostgreSQL read one partition per step. UNION ends the recursion in a cycle. */
    private static final String PARENTS = """
            WITH RECURSIVE found (execution_id, index, parent_index, is_finished) AS (
              SELECT s.execution_id, s.index, s.parent_index, s.is_finished
              FROM unnest($1::uuid[], $2::integer[]) AS asked (execution_id, index)
              CROSS JOIN LATERAL (
                SELECT x.execution_id, x.index, x.parent_index, x.status <> 1 AS is_finished
                FROM step x
                WHERE x.execution_id = asked.execution_id AND x.index = asked.index
                  AND x.execution_id BETWEEN $3 AND $4
                LIMIT 1) s
              UNION
              SELECT s.execution_id, s.index, s.parent_index, s.is_finished
              FROM found f
              CROSS JOIN LATERAL (
                SELECT x.execution_id, x.index, x.parent_index, x.status <> 1 AS is_finished
                FROM step x
                WHERE x.execution_id = f.execution_id AND x.index = f.parent_index
                  AND x.execution_id BETWEEN $3 AND $4
                LIMIT 1) s)
            SELECT execution_id, index, parent_index, is_finished
            FROM found
            LIMIT $5
            """;

    private static final Comparator<Step> BY_KEY =
            Comparator.comparing(Step::executionId, UuidOrder.BY_BYTES).thenComparingInt(Step::index);

    private StepStatements() {}

    static Statement upsert(Collection<Step> steps) {
        List<Step> sorted = steps.stream().sorted(BY_KEY).toList();
        return new Statement(UPSERT, Column.addTo(Tuple.tuple(), ALL, sorted));
    }

    /** Returns steps, those that contain them, and so on. */
    static Statement parents(Collection<StepId> ids) {
        UUID[] executions = ids.stream().map(StepId::executionId).toArray(UUID[]::new);
        return new Statement(
                PARENTS,
                Tuple.of((Object) executions)
                        .addValue(ids.stream().map(StepId::index).toArray(Integer[]::new))
                        .addValue(UuidOrder.min(executions))
                        .addValue(UuidOrder.max(executions))
                        .addValue(PARENTS_MAX));
    }

    private static @Nullable Short attempt(Step step) {
        return step.attempt() == null ? null : step.attempt().shortValue();
    }

    private static Column<Step> error(String name, Function<ExecutionError, @Nullable String> part) {
        return Column.of(name, "text", String[]::new, step -> step.error() == null ? null : part.apply(step.error()));
    }

    private static String kept(Column<?> column) {
        return "coalesce(excluded.%1$s, known.%1$s)".formatted(column.name());
    }

    private static String keptError(Column<?> column) {
        return "CASE WHEN excluded.error_fingerprint IS NULL THEN known.%1$s ELSE excluded.%1$s END"
                .formatted(column.name());
    }

    private static String mergedBits(Column<?> column) {
        return ("excluded.%1$s | (known.%1$s"
                        + " & step_parts_kept(excluded.kind, excluded.input, excluded.output,"
                        + " excluded.error_fingerprint))")
                .formatted(column.name());
    }
}
