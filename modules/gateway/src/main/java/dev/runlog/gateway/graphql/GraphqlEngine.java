package dev.runlog.gateway.graphql;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.limits.QueryLimits;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.graphql.protocol.ResultStream;
import dev.runlog.gateway.graphql.protocol.ResultSubscriber;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.gateway.memory.AnswerThrottle;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.GraphQL;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs operations against {@code schema.graphqls}. Every error of a result has {@code extensions.code}. A result has no
 * data if the operation was refused before it started.
 */
public final class GraphqlEngine {
    private static final Logger log = LoggerFactory.getLogger(GraphqlEngine.class);

    private final Bus bus;
    private final AnswerMemory memory;
    private final GatewayConfig.Graphql config;
    private final GraphqlSchemas schemas;
    private final LiveFeed feed;
    private final AnswerThrottle throttle;
    private final OperationTurns turns;

    /** Creates the engine of one event loop. It shares the schemas and the memory with those of other event loops. */
    public GraphqlEngine(
            GraphqlSchemas schemas, Bus bus, AnswerMemory memory, GatewayConfig.Graphql config, LiveFeed feed) {
        this.schemas = schemas;
        this.bus = bus;
        this.memory = memory;
        this.feed = feed;
        this.config = config;
        this.throttle = new AnswerThrottle(config.responseMaxBytes(), config.queueMax());
        this.turns = new OperationTurns(config.queueMax());
    }

    /**
     * Runs one operation. The data of a subscription is a {@link ResultStream}. Fails for unexpected
     * errors only.
     */
    public Future<Answer> execute(GraphqlRequest request, Viewer viewer) {
        return execute(request, viewer, false, () -> false);
    }

    /**
     * Runs one operation when it is its turn.
     *
     * @param queriesOnly whether it must be a query
     * @param isGone whether the client has disconnected; the operation then does not start
     */
    public Future<Answer> execute(GraphqlRequest request, Viewer viewer, boolean queriesOnly, BooleanSupplier isGone) {
        String owner = viewer.subject();
        AnswerMemory.Lease lease = memory.open(owner);
        return throttle.begin(owner)
                .transform(begun -> begun.failed()
                        ? Future.succeededFuture(new Answer(
                                GraphqlErrors.refusal(ResultSubscriber.toRunlogException(begun.cause())),
                                lease,
                                bytes -> {}))
                        : result(request, viewer, queriesOnly, isGone, lease)
                                .map(result -> new Answer(result, lease, bytes -> throttle.end(owner, bytes)))
                                .onFailure(failure -> {
                                    lease.close();
                                    throttle.end(owner, lease.bytes());
                                }));
    }

    private Future<ExecutionResult> result(
            GraphqlRequest request,
            Viewer viewer,
            boolean queriesOnly,
            BooleanSupplier isGone,
            AnswerMemory.Lease lease) {
        if (request.query().length() > config.queryMaxChars()) {
            return Future.succeededFuture(
                    refusal("The query is too long: " + request.query().length() + " characters (at most "
                            + config.queryMaxChars() + ", graphql.query-max-chars)."));
        }
        ExecutionInput input = ExecutionInput.newExecutionInput()
                .query(request.query())
                .operationName(request.operationName())
                .variables(request.variables())
                .extensions(request.extensions())
                .graphQLContext(Map.of(
                        Viewer.class,
                        viewer,
                        Bus.class,
                        bus,
                        LiveFeed.class,
                        feed,
                        Requests.class,
                        bus.within(lease),
                        AnswerMemory.Lease.class,
                        lease,
                        QueryLimits.QUERIES_ONLY,
                        queriesOnly))
                .build();
        long startedAt = System.nanoTime();
        GraphQL graphQl = schemas.of(viewer);
        return turns.start(
                        viewer.subject(),
                        () -> isGone.getAsBoolean()
                                ? Future.failedFuture(RunlogException.badInput("The client has disconnected."))
                                : Future.fromCompletionStage(graphQl.executeAsync(input)))
                .recover(failure -> failure instanceof RunlogException known
                        ? Future.succeededFuture(GraphqlErrors.refusal(known))
                        : Future.failedFuture(failure))
                .map(GraphqlErrors::withCodes)
                .onSuccess(result -> logResult(request, viewer, result, startedAt));
    }

    /** Runs work for a client in its owner's turn; fails with {@code OVERLOADED} if too much is waiting. */
    public <T> Future<T> inTurn(String owner, Supplier<Future<T>> work) {
        return turns.start(owner, work);
    }

    /** The limit on the memory of responses, which other interfaces share. */
    public AnswerMemory memory() {
        return memory;
    }

    /** Decides when the next operation of an owner may start, here and in other interfaces with large responses. */
    public AnswerThrottle throttle() {
        return throttle;
    }

    private static ExecutionResult refusal(String message) {
        return GraphqlErrors.refusal(RunlogException.badInput(message));
    }

    private static void logResult(GraphqlRequest request, Viewer viewer, ExecutionResult result, long startedAt) {
        log.atDebug()
                .addKeyValue("operation", operation(request))
                .addKeyValue("viewer", viewer.subject())
                .addKeyValue("millis", (System.nanoTime() - startedAt) / 1_000_000)
                .addKeyValue("errors", result.getErrors().size())
                .log("GraphQL");
    }

    private static String operation(GraphqlRequest request) {
        return Objects.requireNonNullElse(request.operationName(), "anonymous");
    }
}
