package dev.runlog.gateway.rest;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.ExecutionOutline;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.FindWorkflowByKey;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.text.SafeText;
import dev.runlog.contract.text.TimeFormats;
import dev.runlog.gateway.auth.Authenticator;
import dev.runlog.gateway.auth.Credentials;
import dev.runlog.gateway.body.RequestBodies;
import dev.runlog.gateway.http.Replies;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.gateway.memory.AnswerThrottle;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** The REST endpoints of the first version, with its field names and statuses; {@code openapi.json} describes them. */
public final class LogsEndpoints {
    private static final int LIMIT_DEFAULT = 50;
    private static final int LIMIT_MAX = 100;
    private static final int DAYS_DEFAULT = 30;
    private static final int DAYS_MAX = (int) RequestCleanup.OLDER_THAN_MAX.toDays();
    private static final Set<ExecutionPart> DETAILS =
            Set.of(ExecutionPart.PAYLOAD, ExecutionPart.RESULT, ExecutionPart.ERROR_DETAILS, ExecutionPart.STACK_TRACE);

    private final Bus bus;
    private final LiveFeed feed;
    private final AnswerMemory memory;
    private final AnswerThrottle throttle;
    private final Authenticator authenticator;
    private final Duration cleanupWait;
    private final OffsetPages pages;

    /**
     * Created once for each gateway.
     *
     * @param cleanupWait maximum time that a deletion waits until the cleanup ends
     */
    public LogsEndpoints(
            Bus bus,
            LiveFeed feed,
            AnswerMemory memory,
            AnswerThrottle throttle,
            Authenticator authenticator,
            Duration cleanupWait) {
        this.bus = bus;
        this.feed = feed;
        this.memory = memory;
        this.throttle = throttle;
        this.authenticator = authenticator;
        this.cleanupWait = cleanupWait;
        this.pages = new OffsetPages(bus, Clock.systemUTC());
    }

    public void mount(Router router) {
        router.get("/workflows").handler(reading(this::listWorkflows));
        router.get("/workflows/:id").handler(reading(this::getWorkflow));
        router.get("/workflows/:id/logs").handler(reading(this::list));
        router.get("/workflows/:id/logs/count").handler(reading(this::count));
        router.delete("/logs/cleanup").handler(answering(this::cleanup));
        router.get("/logs/:id").handler(reading(this::get));
    }

    private Handler<RoutingContext> reading(BiFunction<RoutingContext, Viewer, Future<? extends Object>> endpoint) {
        return answering((ctx, viewer) -> endpoint.apply(ctx, viewer.require(Scope.READ)));
    }

    private Handler<RoutingContext> answering(BiFunction<RoutingContext, Viewer, Future<? extends Object>> endpoint) {
        return ctx -> Credentials.of(ctx.request())
                .authenticate(authenticator)
                .compose(authenticated -> endpoint.apply(ctx, authenticated.viewer()))
                .onSuccess(answer ->
                        Replies.json(ctx, answer instanceof CleanupReply cleanup ? cleanup.status() : 200, answer))
                .onFailure(failure -> Replies.failure(ctx, failure));
    }

    private Future<List<Map<String, Object>>> listWorkflows(RoutingContext ctx, Viewer viewer) {
        QueryParameters parameters = QueryParameters.ofRead(ctx, "limit", "offset");
        return pages.workflows(viewer, offset(parameters), limit(parameters)).map(page -> {
            setTotal(ctx, page.total());
            return page.rows().stream().map(LogsEndpoints::toJson).toList();
        });
    }

    private Future<Map<String, Object>> getWorkflow(RoutingContext ctx, Viewer viewer) {
        QueryParameters.ofRead(ctx);
        return workflow(ctx, viewer).map(LogsEndpoints::toJson);
    }

    private static Map<String, Object> toJson(Workflow workflow) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", workflow.id());
        json.put("key", workflow.key());
        json.put("name", workflow.name());
        json.put("created_at", TimeFormats.text(workflow.createdAt()));
        return json;
    }

    private Future<List<LogReply>> list(RoutingContext ctx, Viewer viewer) {
        QueryParameters parameters = QueryParameters.ofRead(ctx, "status", "limit", "offset");
        ExecutionQuery query = query(parameters);
        int limit = limit(parameters);
        long offset = offset(parameters);
        UUID id = uuidOrNull(ctx.pathParam("id"));
        Future<OffsetPages.Page<ExecutionOutline>> found = id == null
                ? workflow(ctx, viewer)
                        .compose(workflow -> pages.executions(viewer, query.ofWorkflow(workflow.id()), offset, limit))
                : pages.executions(viewer, query.ofWorkflow(id), offset, limit)
                        // If there are none, the workflow may not exist, or the text may be the key of another.
                        .compose(page -> page.total() > 0
                                ? Future.succeededFuture(page)
                                : workflow(ctx, viewer)
                                        .compose(workflow -> workflow.id().equals(id)
                                                ? Future.succeededFuture(page)
                                                : pages.executions(
                                                        viewer, query.ofWorkflow(workflow.id()), offset, limit)));
        return found.map(page -> {
            setTotal(ctx, page.total());
            return page.rows().stream().map(LogReply::summary).toList();
        });
    }

    private Future<Map<String, Long>> count(RoutingContext ctx, Viewer viewer) {
        ExecutionQuery query = query(QueryParameters.ofRead(ctx, "status"));
        return workflow(ctx, viewer)
                .compose(workflow -> bus.request(new CountExecutions(viewer, query.ofWorkflow(workflow.id()))))
                .map(counted -> Map.of("count", counted.count().atLeast()));
    }

    private Future<LogReply> get(RoutingContext ctx, Viewer viewer) {
        QueryParameters.ofRead(ctx);
        UUID id = uuidOrNull(ctx.pathParam("id"));
        if (id == null) {
            throw notFound("Log", ctx.pathParam("id"));
        }
        return throttle.begin(viewer.subject()).compose(turn -> {
            AnswerMemory.Lease lease = memory.open(viewer.subject());
            ctx.addEndHandler(sent -> lease.close());
            return get(id, viewer, bus.within(lease)).onComplete(done -> throttle.end(viewer.subject(), lease.bytes()));
        });
    }

    private static Future<LogReply> get(UUID id, Viewer viewer, Requests requests) {
        return requests.request(new LoadExecutions(viewer, List.of(id), DETAILS))
                .map(loaded -> loaded.executions().stream()
                        .findFirst()
                        .map(LogReply::detail)
                        .orElseThrow(() -> notFound("Log", id.toString())));
    }

    private Future<CleanupReply> cleanup(RoutingContext ctx, Viewer viewer) {
        viewer.require(Scope.CLEANUP, Scope.OPS);
        QueryParameters parameters = QueryParameters.of(ctx, "days_to_keep", "dry_run");
        int days = parameters.number("days_to_keep", DAYS_DEFAULT, 1, DAYS_MAX);
        boolean dryRun = parameters.flag("dry_run");
        if (RequestBodies.hasBody(ctx.request())) {
            throw RunlogException.badInput(
                    "Unexpected body (expected `days_to_keep` and `dry_run` in the query string).");
        }
        return bus.request(RequestCleanup.builder(viewer)
                        .olderThan(Duration.ofDays(days))
                        .dryRun(dryRun)
                        .build())
                .compose(cleanup ->
                        cleanup.state().isOver() ? Future.succeededFuture(cleanup) : end(ctx, viewer, cleanup))
                .map(CleanupReply::new);
    }

    private Future<Cleanup> end(RoutingContext ctx, Viewer viewer, Cleanup cleanup) {
        return CleanupWait.await(ctx.vertx(), feed.cleanupProgress(viewer, cleanup.id()), cleanup, cleanupWait);
    }

    private static int limit(QueryParameters parameters) {
        return (int) parameters.clamped("limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
    }

    private static long offset(QueryParameters parameters) {
        return parameters.clamped("offset", 0, 0, Long.MAX_VALUE);
    }

    private static void setTotal(RoutingContext ctx, long total) {
        ctx.response().putHeader("X-Total-Count", Long.toString(total));
    }

    private static ExecutionQuery query(QueryParameters parameters) {
        String word = parameters.textOrNull("status");
        return ExecutionQuery.all().withStatuses(word == null ? Set.of() : statuses(word));
    }

    private static Set<ExecutionStatus> statuses(String word) {
        Set<ExecutionStatus> statuses = LogReply.statuses(word);
        if (statuses.isEmpty()) {
            throw QueryParameters.invalid("status", word, LogReply.words());
        }
        return statuses;
    }

    /** The viewer's workflow that the path names by its ID, or else by its key. */
    private Future<Workflow> workflow(RoutingContext ctx, Viewer viewer) {
        String text = ctx.pathParam("id");
        UUID id = uuidOrNull(text);
        return id == null
                ? workflowByKey(viewer, text)
                : bus.request(new LoadWorkflows(viewer, List.of(id)))
                        .compose(loaded -> loaded.workflows().isEmpty()
                                ? workflowByKey(viewer, text)
                                : Future.succeededFuture(loaded.workflows().get(0)));
    }

    private Future<Workflow> workflowByKey(Viewer viewer, String key) {
        if (key.indexOf('\u0000') >= 0) {
            // PostgreSQL text cannot contain NUL, so no key does.
            throw notFound("Workflow", key);
        }
        return bus.request(new FindWorkflowByKey(viewer, key)).compose(found -> {
            Workflow workflow = found.workflow();
            return workflow == null ? Future.failedFuture(notFound("Workflow", key)) : Future.succeededFuture(workflow);
        });
    }

    private static @Nullable UUID uuidOrNull(String text) {
        return Ids.isId(text) ? UUID.fromString(text) : null;
    }

    private static RunlogException notFound(String what, String id) {
        return RunlogException.notFound(what + " not found: " + SafeText.show(id) + ".");
    }
}
