package dev.runlog.storage.read;

import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.ExternalId;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.querying.ExecutionOrder;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.LabelCondition;
import dev.runlog.contract.querying.RowFilter;
import dev.runlog.storage.sql.UuidOrder;
import dev.runlog.testing.TestDatabase;
import dev.runlog.testing.UnsuccessfulList;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Random executions of two owners, and queries that match some of them: in the database, and by a model in Java. */
final class RandomRuns {
    static final Instant NOW = Instant.parse("2026-03-31T12:00:00Z");
    private static final Duration SPAN = Duration.ofDays(20);
    private static final List<String> TRIGGERS = List.of("cron", "manual", "webhook");
    private static final List<String> WORDS = List.of("Ärger", "order 4711", "straße", "100%", "a_b", "\"quoted\"");

    private final Random random;
    final List<UUID> workflows = List.of(Ids.at(NOW), Ids.at(NOW), Ids.at(NOW));
    private final UUID foreign = Ids.at(NOW);
    private final List<Run> all = new ArrayList<>();

    RandomRuns(Random random) {
        this.random = random;
    }

    record Run(
            UUID id,
            UUID workflowId,
            boolean foreign,
            ExecutionStatus status,
            @Nullable Instant finishedAt,
            long durationMillis,
            @Nullable String trigger,
            Map<String, String> labels,
            @Nullable String error,
            @Nullable UUID parentId,
            @Nullable UUID retryOf,
            boolean held,
            @Nullable String externalId,
            String payload) {}

    /** Executions of the first owner, alice. */
    List<Run> runs() {
        return all.stream().filter(run -> !run.foreign()).toList();
    }

    void insert(TestDatabase database, int count) throws SQLException {
        for (int i = 0; i < count; i++) {
            all.add(aRun(i));
        }
        database.execute(
                "TRUNCATE owner, workflow, execution, unsuccessful_execution, execution_retry, held_execution, "
                        + "external_execution RESTART IDENTITY CASCADE");
        database.execute("INSERT INTO owner (subject) VALUES ('alice'), ('bob')");
        for (UUID workflow : workflows) {
            database.execute(workflow(workflow, 1));
        }
        database.execute(workflow(foreign, 2));
        for (int day = 0; day <= SPAN.toDays(); day++) {
            database.execute("SELECT ensure_day_partitions('" + NOW.minus(Duration.ofDays(day)) + "'::date)");
        }
        JsonArray rows = new JsonArray();
        all.forEach(run -> rows.add(row(run)));
        String columns =
                "id, workflow_id, owner_id, status, finished_at, duration_millis, trigger, labels, error_type, "
                        + "error_message, error_fingerprint, parent_id, retry_of, held, external_id, payload";
        database.execute("INSERT INTO execution (" + columns + ") SELECT " + columns
                + " FROM jsonb_populate_recordset(NULL::execution, '"
                + rows.encode().replace("'", "''") + "')");
        database.execute(UnsuccessfulList.FILL);
        database.execute("""
                INSERT INTO execution_retry (retry_of, owner_id, retry_id)
                SELECT retry_of, owner_id, id FROM execution WHERE retry_of IS NOT NULL;
                INSERT INTO held_execution (execution_id, owner_id) SELECT id, owner_id FROM execution WHERE held;
                INSERT INTO external_execution (owner_id, hash, execution_id)
                SELECT owner_id, external_id_hash(NULL, external_id), id FROM execution WHERE external_id IS NOT NULL;
                ANALYZE execution""");
    }

    private static String workflow(UUID id, int owner) {
        return "INSERT INTO workflow (id, owner_id, key, name) VALUES ('" + id + "', " + owner + ", '" + id + "', 'w')";
    }

    private Run aRun(int index) {
        boolean ofBob = random.nextInt(15) == 0;
        Instant start = NOW.minusMillis(random.nextLong(SPAN.toMillis()));
        ExecutionStatus status = oneOf(
                ExecutionStatus.SUCCESS,
                ExecutionStatus.SUCCESS,
                ExecutionStatus.SUCCESS,
                ExecutionStatus.FAILED,
                ExecutionStatus.CRASHED,
                ExecutionStatus.CANCELLED,
                ExecutionStatus.RUNNING,
                ExecutionStatus.QUEUED);
        // Few different durations and finishes, so that ties occur.
        long duration = status.isOpen() ? -1 : random.nextInt(10) * 1000L;
        Map<String, String> labels = new HashMap<>();
        if (random.nextBoolean()) {
            labels.put("env", oneOf("prod", "test"));
        }
        if (random.nextInt(3) == 0) {
            labels.put("region", oneOf("eu", "us"));
        }
        return new Run(
                Ids.at(start),
                ofBob ? foreign : workflows.get(random.nextInt(workflows.size())),
                ofBob,
                status,
                status.isOpen()
                        ? null
                        : Instant.ofEpochSecond(start.plusMillis(duration).getEpochSecond() / 3600 * 3600),
                duration,
                random.nextInt(4) == 0 ? null : oneOf(TRIGGERS.toArray(String[]::new)),
                labels,
                status.isUnsuccessful() && random.nextBoolean() ? "Error: " + word() : null,
                random.nextInt(3) == 0 ? anId() : null,
                random.nextInt(5) == 0 ? anId() : null,
                random.nextInt(20) == 0,
                random.nextInt(10) == 0 ? "job-" + index : null,
                random.nextInt(4) == 0
                        ? "{\"text\":" + new JsonArray().add(word()).encode() + "}"
                        : "{}");
    }

    private static JsonObject row(Run run) {
        return new JsonObject()
                .put("id", run.id().toString())
                .put("workflow_id", run.workflowId().toString())
                .put("owner_id", run.foreign() ? 2 : 1)
                .put("status", run.status().number())
                .put(
                        "finished_at",
                        run.finishedAt() == null ? null : run.finishedAt().toString())
                .put("duration_millis", run.durationMillis())
                .put("trigger", run.trigger())
                .put("labels", run.labels().isEmpty() ? null : new JsonObject(new HashMap<>(run.labels())))
                .put("error_type", run.error() == null ? null : "TypeError")
                .put("error_message", run.error())
                .put("error_fingerprint", fingerprint(run))
                .put("parent_id", run.parentId() == null ? null : run.parentId().toString())
                .put("retry_of", run.retryOf() == null ? null : run.retryOf().toString())
                .put("held", run.held())
                .put("external_id", run.externalId())
                .put("payload", run.payload());
    }

    private static @Nullable String fingerprint(Run run) {
        return run.error() == null ? null : Integer.toHexString(run.error().length());
    }

    private @Nullable UUID anId() {
        return all.isEmpty()
                ? null
                : all.get(random.nextInt(Math.min(all.size(), 40))).id();
    }

    private String word() {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    ExecutionQuery aQuery() {
        ExecutionQuery query = conditions(3).inOrder(oneOf(ExecutionOrder.values()));
        return random.nextInt(3) == 0 ? query.butNot(conditions(2)) : query;
    }

    /** A query with some random conditions. */
    private ExecutionQuery conditions(int max) {
        ExecutionQuery query = ExecutionQuery.all();
        for (int i = random.nextInt(max + 1); i > 0; i--) {
            query = withCondition(query);
        }
        return query;
    }

    private ExecutionQuery withCondition(ExecutionQuery query) {
        RowFilter.Builder filter = query.filter().toBuilder();
        switch (random.nextInt(20)) {
            case 0, 1 -> {
                return query.ofWorkflows(Set.of(oneOf(workflows.get(0), foreign)));
            }
            case 2 -> {
                return query.ofWorkflows(Set.of(workflows.get(0), workflows.get(1), foreign));
            }
            case 3, 4 -> {
                return query.withStatuses(oneOf(
                        Set.of(ExecutionStatus.FAILED),
                        Set.of(ExecutionStatus.SUCCESS),
                        Set.of(ExecutionStatus.FAILED, ExecutionStatus.CRASHED),
                        Set.of(ExecutionStatus.RUNNING, ExecutionStatus.FAILED),
                        Set.of(ExecutionStatus.RUNNING, ExecutionStatus.SUCCESS)));
            }
            case 5, 6 -> {
                Instant from = aMoment();
                return query.startedWithin(
                        oneOf(null, from), oneOf(null, from.plus(Duration.ofHours(random.nextInt(200)))));
            }
            case 7 -> {
                Instant from = aMoment();
                filter.finishedWithin(oneOf(null, from), oneOf(null, from.plus(Duration.ofHours(random.nextInt(200)))));
            }
            case 8 ->
                filter.durationWithin(
                        oneOf(null, Duration.ofSeconds(2)), oneOf(null, Duration.ofSeconds(random.nextInt(9))));
            case 9 -> filter.triggers(oneOf(Set.of("cron"), Set.of("cron", "manual")));
            case 10 ->
                filter.labels(List.of(oneOf(
                        LabelCondition.is("env", "prod"),
                        new LabelCondition("region", Set.of("eu", "us"), true),
                        new LabelCondition("region", Set.of(), true),
                        new LabelCondition("env", Set.of(), false))));
            case 11 -> filter.errorContains(oneOf("ÄRGER", "typeerror", "100%", "nothing"));
            case 12 -> filter.errorFingerprints(Set.of(Integer.toHexString("Error: Ärger".length())));
            case 13 -> filter.parentId(anId());
            case 14 -> filter.retryOf(anId());
            case 15 -> filter.held(random.nextBoolean());
            case 16 -> filter.rootsOnly(true);
            case 17 -> filter.retriesOnly(random.nextBoolean()).latestAttemptsOnly(random.nextBoolean());
            case 18 -> filter.externalId(new ExternalId(null, "job-" + random.nextInt(Math.max(1, all.size()))));
            default ->
                filter.search(oneOf("ärger", "STRASSE", "order 47", "100%", "A_B", "\"quoted\"", "manual", "nowhere"));
        }
        return query.filteredBy(filter.build());
    }

    Instant aMoment() {
        return NOW.minusMillis(random.nextLong(SPAN.toMillis()));
    }

    @SafeVarargs
    final <T> T oneOf(T... values) {
        return values[random.nextInt(values.length)];
    }

    /** The executions of alice that match, in order. */
    List<Run> expected(ExecutionQuery query) {
        return runs().stream()
                .filter(run -> matches(query, run))
                .filter(run -> query.order().cursorOrder() != Cursor.Order.EXECUTION_FINISH || run.finishedAt() != null)
                .sorted(order(query))
                .toList();
    }

    static Comparator<Run> order(ExecutionQuery query) {
        Comparator<Run> byId = Comparator.comparing(Run::id, UuidOrder.BY_BYTES);
        Comparator<Run> order =
                switch (query.order().cursorOrder()) {
                    case EXECUTION_DURATION ->
                        Comparator.comparing(Run::durationMillis).thenComparing(byId);
                    case EXECUTION_FINISH ->
                        Comparator.comparing((Run run) -> Objects.requireNonNull(run.finishedAt()))
                                .thenComparing(byId);
                    default -> byId;
                };
        return query.order().isDescending() ? order.reversed() : order;
    }

    static Cursor cursorOf(ExecutionQuery query, Run run) {
        return switch (query.order().cursorOrder()) {
            case EXECUTION_DURATION -> new Cursor(Cursor.Order.EXECUTION_DURATION, run.durationMillis(), run.id());
            case EXECUTION_FINISH ->
                new Cursor(
                        Cursor.Order.EXECUTION_FINISH,
                        Objects.requireNonNull(run.finishedAt()).toEpochMilli(),
                        run.id());
            default -> Cursor.of(Cursor.Order.EXECUTION_START, run.id());
        };
    }

    private boolean matches(ExecutionQuery query, Run run) {
        ExecutionQuery not = query.not();
        return conditions(query, run).stream().allMatch(holds -> holds)
                && (not == null || conditions(not, run).stream().noneMatch(holds -> holds));
    }

    private List<Boolean> conditions(ExecutionQuery query, Run run) {
        List<Boolean> holds = new ArrayList<>();
        RowFilter filter = query.filter();
        Instant start = Ids.timeOf(run.id());
        if (!query.workflowIds().isEmpty()) {
            holds.add(query.workflowIds().contains(run.workflowId()));
        }
        if (!query.statuses().isEmpty()) {
            holds.add(query.statuses().contains(run.status()));
        }
        if (query.startedAfter() != null || query.startedBefore() != null) {
            holds.add(isWithin(start, query.startedAfter(), query.startedBefore()));
        }
        if (filter.finishedAfter() != null || filter.finishedBefore() != null) {
            holds.add(run.finishedAt() != null
                    && isWithin(run.finishedAt(), filter.finishedAfter(), filter.finishedBefore()));
        }
        if (filter.minDuration() != null || filter.maxDuration() != null) {
            holds.add(run.durationMillis() >= 0
                    && (filter.minDuration() == null
                            || run.durationMillis() >= filter.minDuration().toMillis())
                    && (filter.maxDuration() == null
                            || run.durationMillis() <= filter.maxDuration().toMillis()));
        }
        if (!filter.triggers().isEmpty()) {
            holds.add(run.trigger() != null && filter.triggers().contains(run.trigger()));
        }
        for (LabelCondition label : filter.labels()) {
            String value = run.labels().get(label.key());
            holds.add(
                    label.values().isEmpty()
                            ? label.present() == (value != null)
                            : value != null && label.values().contains(value));
        }
        if (filter.errorContains() != null) {
            holds.add(run.error() != null && contains(run.error() + "\n" + "TypeError", filter.errorContains()));
        }
        if (!filter.errorFingerprints().isEmpty()) {
            String fingerprint = fingerprint(run);
            holds.add(fingerprint != null && filter.errorFingerprints().contains(fingerprint));
        }
        addLinks(holds, filter, run);
        return holds;
    }

    private void addLinks(List<Boolean> holds, RowFilter filter, Run run) {
        if (filter.parentId() != null) {
            holds.add(filter.parentId().equals(run.parentId()));
        }
        if (filter.retryOf() != null) {
            holds.add(filter.retryOf().equals(run.retryOf()));
        }
        if (filter.held() != null) {
            holds.add(filter.held() == run.held());
        }
        if (filter.rootsOnly()) {
            holds.add(run.parentId() == null);
        }
        if (filter.retriesOnly()) {
            holds.add(run.retryOf() != null);
        }
        if (filter.latestAttemptsOnly()) {
            holds.add(!retried().contains(run.id()));
        }
        if (filter.externalId() != null) {
            holds.add(filter.externalId().id().equals(run.externalId()));
        }
        if (filter.search() != null) {
            String text = String.join(
                    "\n",
                    String.valueOf(run.trigger() == null ? "" : run.trigger()),
                    run.externalId() == null ? "" : run.externalId(),
                    run.error() == null ? "" : run.error() + "\nTypeError",
                    run.payload().replace("\\\"", "\""),
                    String.join("\n", run.labels().values()),
                    String.join("\n", run.labels().keySet()));
            holds.add(contains(text, filter.search()));
        }
    }

    private Set<UUID> retried() {
        Set<UUID> retried = new HashSet<>();
        runs().forEach(run -> {
            if (run.retryOf() != null) {
                retried.add(run.retryOf());
            }
        });
        return retried;
    }

    private static boolean contains(String text, String part) {
        return text.toUpperCase(Locale.ROOT).contains(part.toUpperCase(Locale.ROOT));
    }

    private static boolean isWithin(Instant moment, @Nullable Instant from, @Nullable Instant to) {
        return (from == null || !moment.isBefore(from)) && (to == null || moment.isBefore(to));
    }
}
