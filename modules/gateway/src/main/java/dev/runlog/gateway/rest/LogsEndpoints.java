package dev.runlog.gateway.rest;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.page.Cursor;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.ExecutionColumns;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutions;
import dev.runlog.contract.querying.LoadExecutionDetails;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.graphql.AnswerMemory;
import dev.runlog.gateway.graphql.Arguments;
import dev.runlog.gateway.http.Replies;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The four endpoints of the first version, with its field names and status words. */
public final class LogsEndpoints {
    private static final int LIMIT_DEFAULT = 50;
    private static final int LIMIT_MAX = 100;
    /** Who needs more pages by cursors: an offset costs as many rows as it skips. */
    private static final int OFFSET_MAX = 10_000;

    private static final int SKIP_PAGE = 500;
    private static final int DAYS_DEFAULT = 30;
    private static final int DAYS_MAX = (int) RequestCleanup.OLDER_THAN_MAX.toDays();

    private final Bus bus;
    private final Authenticator authenticator;
    private final AnswerMemory memory;

    public LogsEndpoints(Bus bus, Authenticator authenticator, AnswerMemory memory) {
        this.bus = bus;
        this.memory = memory;
        this.authenticator = authenticator;
    }

    public void mount(Router router) {
        router.get("/workflows/:id/logs").handler(answering(this::list));
        router.get("/workflows/:id/logs/count").handler(answering(this::count));
        router.delete("/logs/cleanup").handler(answering(this::cleanup));
        router.get("/logs/:id").handler(answering(this::get));
    }

    private Handler<RoutingContext> answering(BiFunction<RoutingContext, Viewer, Future<? extends Object>> endpoint) {
        return ctx -> Credentials.of(ctx.request())
                .authenticate(authenticator)
                .compose(authenticated -> endpoint.apply(ctx, authenticated.viewer()))
                .onSuccess(answer -> Replies.json(ctx, 200, answer))
                .onFailure(failure -> Replies.failure(ctx, failure));
    }

    private Future<List<Log>> list(RoutingContext ctx, Viewer viewer) {
        ExecutionQuery query = query(ctx, viewer);
        int limit = Math.max(1, Math.min(number(ctx, "limit", LIMIT_DEFAULT, Integer.MAX_VALUE), LIMIT_MAX));
        int offset = number(ctx, "offset", 0, OFFSET_MAX);
        return skip(viewer, query, offset, null)
                .compose(after -> after.beyondEnd()
                        ? Future.succeededFuture(List.<Execution>of())
                        : bus.request(outline(viewer, query, PageRequest.firstAfter(limit, after.cursor())))
                                .map(ExecutionPage::executions))
                // Only where nothing is found is it asked whether there is such a workflow at all.
                .compose(found ->
                        found.isEmpty() ? requireWorkflow(viewer, query).map(found) : Future.succeededFuture(found))
                .map(found -> found.stream().map(Log::summary).toList());
    }

    private Future<Map<String, @Nullable Object>> count(RoutingContext ctx, Viewer viewer) {
        ExecutionQuery query = query(ctx, viewer);
        return requireWorkflow(viewer, query)
                .compose(known -> bus.request(new CountExecutions(viewer, query)))
                .map(counted -> Map.of("count", counted.count().atLeast()));
    }

    private Future<Log> get(RoutingContext ctx, Viewer viewer) {
        viewer.require(Scope.READ);
        UUID id = id(ctx);
        AnswerMemory.Lease lease = memory.open(viewer.subject());
        ctx.addEndHandler(sent -> lease.close());
        Requests requests = bus.within(lease);
        return requests.request(new LoadExecutions(viewer, List.of(id)))
                .compose(loaded -> loaded.executions().isEmpty()
                        ? Future.failedFuture(RunlogException.notFound("There is no log " + id + "."))
                        : requests.request(new LoadExecutionDetails(
                                        viewer, List.of(id), Set.of(ExecutionPart.PAYLOAD, ExecutionPart.RESULT)))
                                .map(details -> Log.detail(
                                        loaded.executions().get(0),
                                        details.details().stream().findFirst().orElse(null))));
    }

    private Future<Map<String, @Nullable Object>> cleanup(RoutingContext ctx, Viewer viewer) {
        int days = number(ctx, "days_to_keep", DAYS_DEFAULT, DAYS_MAX);
        boolean dryRun = Boolean.parseBoolean(ctx.request().getParam("dry_run", "false"));
        return bus.request(new RequestCleanup(
                        viewer, Duration.ofDays(days), null, Set.of(), null, null, false, null, false, dryRun))
                .map(LogsEndpoints::cleanupAnswer);
    }

    private static Map<String, @Nullable Object> cleanupAnswer(Cleanup cleanup) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("cleanup_id", cleanup.id().toString());
        answer.put("dry_run", cleanup.dryRun());
        answer.put("state", cleanup.state().name().toLowerCase(Locale.ROOT));
        answer.put("matched", cleanup.matched());
        answer.put("deleted", cleanup.deleted());
        return answer;
    }

    /** Where the first {@code offset} rows end. */
    private record Place(@Nullable Cursor cursor, boolean beyondEnd) {}

    private Future<Place> skip(Viewer viewer, ExecutionQuery query, int offset, @Nullable Cursor after) {
        if (offset == 0) {
            return Future.succeededFuture(new Place(after, false));
        }
        int size = Math.min(offset, SKIP_PAGE);
        return bus.request(outline(viewer, query, PageRequest.firstAfter(size, after)))
                .compose(page -> page.executions().size() < size
                        ? Future.succeededFuture(new Place(null, true))
                        : skip(
                                viewer,
                                query,
                                offset - size,
                                query.cursorOf(page.executions().get(size - 1))));
    }

    private static ListExecutions outline(Viewer viewer, ExecutionQuery query, PageRequest page) {
        return new ListExecutions(viewer, query, page, ExecutionColumns.OUTLINE, false);
    }

    private ExecutionQuery query(RoutingContext ctx, Viewer viewer) {
        viewer.require(Scope.READ);
        String status = ctx.request().getParam("status");
        return ExecutionQuery.all()
                .ofWorkflow(id(ctx))
                .withStatuses(status == null || status.isEmpty() ? Set.of() : Set.of(status(status)));
    }

    private Future<Void> requireWorkflow(Viewer viewer, ExecutionQuery query) {
        UUID id = Objects.requireNonNull(query.workflowId());
        return bus.request(new LoadWorkflows(viewer, List.of(id)))
                .compose(loaded -> loaded.workflows().isEmpty()
                        ? Future.failedFuture(RunlogException.notFound("There is no workflow " + id + "."))
                        : Future.succeededFuture());
    }

    private static ExecutionStatus status(String word) {
        for (ExecutionStatus status : ExecutionStatus.values()) {
            if (Log.word(status).equals(word)) {
                return status;
            }
        }
        String words = Arrays.stream(ExecutionStatus.values()).map(Log::word).collect(Collectors.joining(", "));
        throw RunlogException.badInput("'status' must be one of " + words + ", not '"
                + (word.length() > 60 ? word.substring(0, 60) + "…" : word) + "'.");
    }

    /** An id that is none is as unknown as any. */
    private static UUID id(RoutingContext ctx) {
        String text = ctx.pathParam("id");
        try {
            return Arguments.toId(text);
        } catch (RunlogException noId) {
            throw RunlogException.notFound(noId.getMessage());
        }
    }

    private static int number(RoutingContext ctx, String name, int absent, int max) {
        String text = ctx.request().getParam(name);
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 0 && number <= max || name.equals("limit")) {
                return number;
            }
        } catch (NumberFormatException noNumber) {
            throw RunlogException.badInput("'" + name + "' must be a whole number, not '"
                    + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "'.");
        }
        throw RunlogException.badInput("'" + name + "' must be from 0 to " + max + ", not " + text + ".");
    }
}
