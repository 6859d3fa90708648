package dev.runlog.storage.write;

import static dev.runlog.storage.write.Column.names;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.storage.sql.Rows;
import dev.runlog.storage.sql.Statement;
import dev.runlog.storage.sql.UuidOrder;
import dev.runlog.storage.write.StoredExecution.Start;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The columns of executions, each named once, and the statements of recording. */
final class ExecutionStatements {
    private static final Column<ExecutionRow> ID = uuid("id", row -> head(row).id());
    private static final Column<ExecutionRow> WORKFLOW_ID =
            uuid("workflow_id", row -> head(row).workflowId());
    private static final Column<ExecutionRow> OWNER_ID =
            integer("owner_id", row -> row.stored().ownerId());
    private static final Column<ExecutionRow> STATUS =
            small("status", row -> (short) head(row).status().number());
    private static final Column<ExecutionRow> ATTEMPT =
            small("attempt", row -> (short) head(row).attempt());
    private static final Column<ExecutionRow> START_KNOWN =
            small("start_known", row -> (short) row.stored().start().number());
    private static final Column<ExecutionRow> EXTERNAL_ID = text("external_id", row -> externalId(row, ExternalId::id));
    private static final Column<ExecutionRow> SOURCE = text("source", row -> externalId(row, ExternalId::source));
    private static final Column<ExecutionRow> QUEUED_AT =
            moment("queued_at", row -> Rows.toOffset(head(row).queuedAt()));
    private static final Column<ExecutionRow> STARTED_AT =
            moment("started_at", row -> Rows.toOffset(realStart(head(row))));
    private static final Column<ExecutionRow> FINISHED_AT =
            moment("finished_at", row -> Rows.toOffset(head(row).finishedAt()));
    private static final Column<ExecutionRow> DURATION_MILLIS =
            column("duration_millis", "bigint", Long[]::new, ExecutionStatements::durationMillis);
    private static final Column<ExecutionRow> HEARTBEAT_TIMEOUT = column(
                    "heartbeat_timeout", "bigint", Long[]::new, ExecutionStatements::heartbeatMillis)
            .storing("%s * interval '1 millisecond'");
    private static final Column<ExecutionRow> HEARTBEAT_DEADLINE =
            moment("heartbeat_deadline", row -> Rows.toOffset(head(row).heartbeatDeadline()));
    private static final Column<ExecutionRow> PARENT_ID =
            uuid("parent_id", row -> head(row).parentId());
    private static final Column<ExecutionRow> RETRY_OF =
            uuid("retry_of", row -> head(row).retryOf());
    private static final Column<ExecutionRow> TRIGGER =
            text("trigger", row -> head(row).trigger());
    private static final Column<ExecutionRow> LABELS =
            text("labels", ExecutionStatements::labels).storing("%s::jsonb");
    private static final Column<ExecutionRow> ERROR_TYPE =
            text("error_type", row -> head(row).errorType());
    private static final Column<ExecutionRow> ERROR_MESSAGE =
            text("error_message", row -> head(row).errorMessage());
    private static final Column<ExecutionRow> ERROR_FINGERPRINT =
            text("error_fingerprint", row -> head(row).errorFingerprint());
    private static final Column<ExecutionRow> TRUNCATED =
            small("truncated", row -> Rows.toBits(head(row).truncated()));
    private static final Column<ExecutionRow> SANITIZED =
            small("sanitized", row -> Rows.toBits(head(row).sanitized()));
    private static final Column<ExecutionRow> REDACTED =
            integer("redacted", row -> head(row).redacted());
    private static final Column<ExecutionRow> PAYLOAD =
            text("payload", row -> row.detail().payload());
    private static final Column<ExecutionRow> RESULT =
            text("result", row -> row.detail().result());
    private static final Column<ExecutionRow> ERROR_DETAILS =
            text("error_details", row -> row.detail().errorDetails());
    private static final Column<ExecutionRow> STACK_TRACE =
            text("stack_trace", row -> row.detail().stackTrace());

    /** Set by holdExecution, never by recording. */
    private static final String HELD = "held";

    /** Changes that made the execution storable. */
    private static final List<Column<ExecutionRow>> ALTERATIONS = List.of(TRUNCATED, SANITIZED, REDACTED);

    private static final List<Column<ExecutionRow>> IDENTITY = List.of(ID, WORKFLOW_ID, OWNER_ID, EXTERNAL_ID, SOURCE);

    /** The values of a start, except its heartbeat deadline. */
    private static final List<Column<ExecutionRow>> STARTED = List.of(
            ATTEMPT,
            START_KNOWN,
            QUEUED_AT,
            STARTED_AT,
            HEARTBEAT_TIMEOUT,
            PARENT_ID,
            RETRY_OF,
            TRIGGER,
            LABELS,
            PAYLOAD);

    /** The values of a finish. */
    private static final List<Column<ExecutionRow>> FINISHED = List.of(
            STATUS,
            STARTED_AT,
            FINISHED_AT,
            DURATION_MILLIS,
            ERROR_TYPE,
            ERROR_MESSAGE,
            ERROR_FINGERPRINT,
            RESULT,
            ERROR_DETAILS,
            STACK_TRACE);

    private static final List<Column<ExecutionRow>> ALL = Stream.of(
                    IDENTITY, STARTED, List.of(HEARTBEAT_DEADLINE), FINISHED, ALTERATIONS)
            .flatMap(List::stream)
            .distinct()
            .toList();

    /** The columns that {@link #toStored} reads, without the large ones. */
    private static final List<Column<ExecutionRow>> HEAD = ALL.stream()
            .filter(column -> !List.of(PAYLOAD, RESULT, ERROR_DETAILS, STACK_TRACE, DURATION_MILLIS)
                    .contains(column))
            .toList();

    private static final String SELECT = "SELECT o.subject, e." + HELD + ", "
            + Column.joined(
                    HEAD,
                    column -> column.equals(HEARTBEAT_TIMEOUT)
                            ? "(extract(epoch FROM e.%1$s) * 1000)::bigint AS %1$s".formatted(column.name())
                            : "e." + column.name());

    static final String LOCK = SELECT + """

            FROM execution e
            JOIN owner o ON o.id = e.owner_id
            WHERE e.id = ANY ($1) AND e.id BETWEEN $2 AND $3
            ORDER BY e.id
            FOR UPDATE OF e
            """;

    static final String LOCK_OVERDUE = SELECT + """

            FROM execution e
            JOIN owner o ON o.id = e.owner_id
            WHERE e.status = 1 AND e.heartbeat_deadline < $1
            ORDER BY e.heartbeat_deadline, e.id
            LIMIT $2
            FOR UPDATE OF e SKIP LOCKED
            """;

    static final String LOCK_WITHOUT_HEARTBEAT = lockOpen(
            "running", "e.status = 1 AND e.heartbeat_timeout IS NULL AND (e.started_at IS NULL OR e.started_at < $4)");

    static final String LOCK_QUEUED = lockOpen("queued", "e.status = 0");

    private static final String INSERT = """
            INSERT INTO execution (%1$s)
            SELECT %2$s
            FROM unnest(%3$s)
              AS new (%1$s)
            """.formatted(names(ALL), Column.stored(ALL), Column.parameters(1, ALL));

    private static final Update FINISH =
            Update.of(Column.concat(List.of(FINISHED, ALTERATIONS)), ", heartbeat_deadline = NULL");
    /** The real start may change the duration. */
    private static final Update FILL_START = fill("coalesce(%s, e.payload)");

    private static final Update FILL_QUEUED = fill("coalesce(e.payload, %s)");
    private static final Update FILL_LINKS = Update.of(List.of(PARENT_ID, RETRY_OF), "");
    private static final Update MOVE_DEADLINE = Update.of(List.of(HEARTBEAT_DEADLINE), "");

    /** Copies the rows that this transaction wrote. The owner and the workflow of an execution never change. */
    static final String LIST_UNSUCCESSFUL = listUnsuccessful();

    static final String UNLIST = "DELETE FROM unsuccessful_execution WHERE id = ANY ($1)";

    private static final Comparator<ExecutionRow> BY_ID =
            Comparator.comparing(row -> head(row).id(), UuidOrder.BY_BYTES);

    private ExecutionStatements() {}

    static Statement insert(Collection<ExecutionRow> rows) {
        return new Statement(INSERT, Column.addTo(Tuple.tuple(), ALL, sorted(rows)));
    }

    static Statement finish(Collection<ExecutionRow> rows) {
        return FINISH.statement(sorted(rows));
    }

    static Statement fillStart(Collection<ExecutionRow> rows) {
        return FILL_START.statement(sorted(rows));
    }

    static Statement fillQueued(Collection<ExecutionRow> rows) {
        return FILL_QUEUED.statement(sorted(rows));
    }

    static Statement fillLinks(Collection<ExecutionRow> rows) {
        return FILL_LINKS.statement(sorted(rows));
    }

    static Statement moveDeadlines(Collection<ExecutionRow> rows) {
        return MOVE_DEADLINE.statement(sorted(rows));
    }

    /** Reads a row of one of the LOCK statements. */
    static StoredExecution toStored(Row row) {
        Long heartbeatMillis = row.getLong(HEARTBEAT_TIMEOUT.name());
        Execution head = Execution.running(
                        row.getUUID(ID.name()), row.getUUID(WORKFLOW_ID.name()), row.getString("subject"))
                .externalId(Rows.toExternalId(row.getString(SOURCE.name()), row.getString(EXTERNAL_ID.name())))
                .status(ExecutionStatus.ofNumber(row.getShort(STATUS.name())))
                .trigger(row.getString(TRIGGER.name()))
                .attempt(row.getShort(ATTEMPT.name()))
                .parentId(row.getUUID(PARENT_ID.name()))
                .retryOf(row.getUUID(RETRY_OF.name()))
                .labels(Rows.toLabels(row.getJsonObject(LABELS.name())))
                .queuedAt(Rows.toInstant(row.getOffsetDateTime(QUEUED_AT.name())))
                .startedAt(Rows.toInstant(row.getOffsetDateTime(STARTED_AT.name())))
                .finishedAt(Rows.toInstant(row.getOffsetDateTime(FINISHED_AT.name())))
                .heartbeatDeadline(
                        Rows.toInstant(row.getOffsetDateTime(HEARTBEAT_DEADLINE.name())),
                        heartbeatMillis == null ? null : Duration.ofMillis(heartbeatMillis))
                .error(
                        row.getString(ERROR_TYPE.name()),
                        row.getString(ERROR_MESSAGE.name()),
                        row.getString(ERROR_FINGERPRINT.name()))
                .truncated(Rows.toParts(row.getShort(TRUNCATED.name())))
                .sanitized(Rows.toParts(row.getShort(SANITIZED.name())))
                .redacted(row.getInteger(REDACTED.name()))
                .held(row.getBoolean(HELD))
                .build();
        return new StoredExecution(
                head,
                row.getInteger(OWNER_ID.name()),
                Start.ofNumber(row.getShort(START_KNOWN.name())),
                heartbeatMillis == null ? null : Duration.ofMillis(heartbeatMillis));
    }

    /** An update of some columns by ID. The bounds of the IDs, $2 and $3, let PostgreSQL prune partitions. */
    private record Update(String sql, List<Column<ExecutionRow>> columns) {
        static Update of(List<Column<ExecutionRow>> columns, String more) {
            return new Update(
                    """
                    UPDATE execution e
                    SET %s%s
                    FROM unnest($1::uuid[], %s)
                      AS new (id, %s)
                    WHERE e.id = new.id AND e.id BETWEEN $2 AND $3
                    """.formatted(Column.assignments(columns), more, Column.parameters(4, columns), names(columns)),
                    columns);
        }

        Statement statement(List<ExecutionRow> sorted) {
            UUID first = head(sorted.get(0)).id();
            UUID last = head(sorted.get(sorted.size() - 1)).id();
            Tuple arguments = Tuple.of(ID.values().apply(sorted), first, last);
            return new Statement(sql, Column.addTo(arguments, columns, sorted));
        }
    }

    /** Writes all values of a start to rows that have some. The locked rows do not include the payload. */
    private static Update fill(String payload) {
        return Update.of(
                Stream.of(STARTED, ALTERATIONS, List.of(STATUS, FINISHED_AT, DURATION_MILLIS))
                        .flatMap(List::stream)
                        .map(column -> column.equals(PAYLOAD) ? PAYLOAD.storing(payload) : column)
                        .toList(),
                "");
    }

    /** The rollups know which days still have such executions, so only those days are searched. */
    private static String lockOpen(String rollup, String condition) {
        return SELECT + """

                FROM execution_daily d
                JOIN execution e ON e.workflow_id = d.workflow_id AND %2$s
                  AND e.id >= first_id(d.day) AND e.id < first_id(d.day + 1)
                JOIN owner o ON o.id = e.owner_id
                WHERE d.%1$s > 0 AND d.day <= $1 AND e.id < $2
                ORDER BY e.id
                LIMIT $3
                FOR UPDATE OF e SKIP LOCKED
                """.formatted(rollup, condition);
    }

    private static String listUnsuccessful() {
        List<Column<ExecutionRow>> changing = Stream.concat(HEAD.stream(), Stream.of(DURATION_MILLIS))
                .filter(column -> !IDENTITY.contains(column))
                .filter(column -> !List.of(START_KNOWN, HEARTBEAT_TIMEOUT, HEARTBEAT_DEADLINE)
                        .contains(column))
                .toList();
        String listed = names(IDENTITY) + ", " + HELD + ", " + names(changing);
        return """
                INSERT INTO unsuccessful_execution (%1$s)
                SELECT %1$s
                FROM execution
                WHERE id = ANY ($1) AND id BETWEEN $2 AND $3
                ORDER BY id
                ON CONFLICT (id) DO UPDATE
                SET %2$s = excluded.%2$s, %3$s
                """.formatted(
                listed, HELD, Column.joined(changing, column -> column.name() + " = excluded." + column.name()));
    }

    /** All writers lock rows in the order of their IDs. */
    private static List<ExecutionRow> sorted(Collection<ExecutionRow> rows) {
        return rows.stream().sorted(BY_ID).toList();
    }

    private static Execution head(ExecutionRow row) {
        return row.stored().head();
    }

    private static @Nullable String externalId(ExecutionRow row, Function<ExternalId, @Nullable String> part) {
        ExternalId externalId = head(row).externalId();
        return externalId == null ? null : part.apply(externalId);
    }

    /** The start, unless it is the time in the ID. */
    private static @Nullable Instant realStart(Execution execution) {
        Instant startedAt = execution.startedAt();
        return execution.queuedAt() == null && Ids.timeOf(execution.id()).equals(startedAt) ? null : startedAt;
    }

    private static Long durationMillis(ExecutionRow row) {
        Duration duration = head(row).duration();
        return duration == null ? -1 : duration.toMillis();
    }

    private static @Nullable Long heartbeatMillis(ExecutionRow row) {
        Duration timeout = row.stored().heartbeatTimeout();
        return timeout == null ? null : timeout.toMillis();
    }

    private static @Nullable String labels(ExecutionRow row) {
        Map<String, String> labels = head(row).labels();
        return labels.isEmpty() ? null : new JsonObject(Map.copyOf(labels)).encode();
    }

    private static Column<ExecutionRow> uuid(String name, Function<ExecutionRow, @Nullable UUID> value) {
        return column(name, "uuid", UUID[]::new, value);
    }

    private static Column<ExecutionRow> integer(String name, Function<ExecutionRow, Integer> value) {
        return column(name, "integer", Integer[]::new, value);
    }

    private static Column<ExecutionRow> small(String name, Function<ExecutionRow, Short> value) {
        return column(name, "smallint", Short[]::new, value);
    }

    private static Column<ExecutionRow> moment(String name, Function<ExecutionRow, @Nullable OffsetDateTime> value) {
        return column(name, "timestamptz", OffsetDateTime[]::new, value);
    }

    private static Column<ExecutionRow> text(String name, Function<ExecutionRow, @Nullable String> value) {
        return column(name, "text", String[]::new, value);
    }

    private static <T> Column<ExecutionRow> column(
            String name, String type, IntFunction<T[]> array, Function<ExecutionRow, @Nullable T> value) {
        return Column.of(name, type, array, value);
    }
}
