package dev.runlog.gateway.graphql;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.error.ErrorCode;
import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Ids;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.querying.LoadWatchedWorkflows.Watched;
import dev.runlog.gateway.GatewayConfig;
import dev.runlog.gateway.live.LiveFeed;
import graphql.ErrorType;
import graphql.ExecutionInput;
import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.GraphQL;
import graphql.GraphQLError;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataFetcherExceptionHandlerParameters;
import graphql.execution.DataFetcherExceptionHandlerResult;
import graphql.execution.SubscriptionExecutionStrategy;
import graphql.language.OperationDefinition;
import graphql.parser.ParserOptions;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schema in {@code schema.graphqls}, at work. Every error of a result carries {@code extensions.code}; a result
 * without data was refused before any of it ran.
 */
public final class GraphqlEngine {
    private static final Logger log = LoggerFactory.getLogger(GraphqlEngine.class);

    private final Bus bus;
    private final AnswerMemory memory;
    private final GatewayConfig.Graphql config;
    private final GraphQL readers;
    private final GraphQL others;
    private final FairStarts starts;
    private final Documents documents;
    private final TurnLoader<Watched, @Nullable Workflow> workflowsOfEvents;

    public GraphqlEngine(Bus bus, GatewayConfig.Graphql config, LiveFeed feed) {
        this.bus = bus;
        this.memory = new AnswerMemory(config.responseMaxBytes(), config.responsesMaxBytes());
        this.config = config;
        this.starts = new FairStarts(config.queueMax());
        this.workflowsOfEvents = new TurnLoader<>(ids -> Loaders.loadWatchedWorkflows(bus, ids));
        this.documents = new Documents(config.documentCacheMaxBytes());
        GraphQLSchema schema = schema(bus, config, feed);
        this.readers = graphQl(schema);
        this.others = graphQl(ReadScope.without(schema));
    }

    private GraphQL graphQl(GraphQLSchema schema) {
        DataFetcherExceptionHandler failures = GraphqlEngine::handle;
        PlainSelections plain = new PlainSelections(failures);
        return GraphQL.newGraphQL(schema)
                .defaultDataFetcherExceptionHandler(failures)
                .queryExecutionStrategy(plain)
                .subscriptionExecutionStrategy(new PlainSubscriptions(failures, plain))
                .instrumentation(new QueryLimits(config, documents))
                .preparsedDocumentProvider(documents)
                .build();
    }

    /** Runs one operation. Of a subscription, the data is a {@code Publisher<ExecutionResult>}. Never fails. */
    public Future<Answer> execute(GraphqlRequest request, Viewer viewer) {
        return execute(request, viewer, false);
    }

    /** Runs one operation, which must be a query where {@code queriesOnly}. */
    public Future<Answer> execute(GraphqlRequest request, Viewer viewer, boolean queriesOnly) {
        AnswerMemory.Lease lease = memory.open(viewer.subject());
        return result(request, viewer, queriesOnly, lease)
                .map(result -> new Answer(result, lease))
                .onFailure(failure -> lease.close());
    }

    private Future<ExecutionResult> result(
            GraphqlRequest request, Viewer viewer, boolean queriesOnly, AnswerMemory.Lease lease) {
        if (request.query().length() > config.queryMaxChars()) {
            return Future.succeededFuture(
                    refusal("The query has " + request.query().length()
                            + " characters; the limit, graphql.query-max-chars, is " + config.queryMaxChars() + "."));
        }
        Loaders loaders = new Loaders(bus, memory, lease, viewer, workflowsOfEvents);
        ExecutionInput input = ExecutionInput.newExecutionInput()
                .query(request.query())
                .operationName(request.operationName())
                .variables(request.variables())
                .extensions(request.extensions())
                .graphQLContext(Map.of(
                        Viewer.class,
                        viewer,
                        Loaders.class,
                        loaders,
                        AnswerMemory.Lease.class,
                        lease,
                        QueryLimits.QUERIES_ONLY,
                        queriesOnly,
                        SubscriptionExecutionStrategy.KEEP_SUBSCRIPTION_EVENTS_ORDERED,
                        true))
                .dataLoaderRegistry(loaders.registry())
                .build();
        long startedAt = System.nanoTime();
        GraphQL graphQl = viewer.may(Scope.READ) ? readers : others;
        return starts.begin(viewer.subject(), () -> Future.fromCompletionStage(graphQl.executeAsync(input)))
                .recover(failure -> failure instanceof RunlogException known
                        ? Future.succeededFuture(refusal(known))
                        : Future.failedFuture(failure))
                .map(result ->
                        refusedSubscription(input, result) ? new ExecutionResultImpl(result.getErrors()) : result)
                .map(GraphqlEngine::withCodes)
                .onSuccess(result -> logged(request, viewer, result, startedAt));
    }

    /** Does work for a client in its owner's turn; fails with {@code OVERLOADED} if too much waits. */
    public <T> Future<T> inTurn(String owner, Supplier<Future<T>> work) {
        return starts.begin(owner, work);
    }

    /** Bounds the memory of answers, here and wherever else they are made. */
    public AnswerMemory memory() {
        return memory;
    }

    /** A subscription without a stream was refused as a whole, though the library calls it null data. */
    private static boolean refusedSubscription(ExecutionInput input, ExecutionResult result) {
        return input.getGraphQLContext().get(QueryLimits.OPERATION) == OperationDefinition.Operation.SUBSCRIPTION
                && result.isDataPresent()
                && !(result.getData() instanceof Publisher);
    }

    /** Whether a result says that its operation came the wrong way. */
    public static boolean isOperationNotAllowed(ExecutionResult result) {
        return result.getErrors().stream().anyMatch(error -> NOT_ALLOWED.equals(error.getMessage()));
    }

    static final String NOT_ALLOWED = "Only queries can be sent by GET.";

    /** After how long it makes sense to ask again; null where that would not mend each of the errors, or there is none. */
    public static @Nullable Duration retryAfter(ExecutionResult result) {
        Duration longest = null;
        for (GraphQLError error : result.getErrors()) {
            Duration one = error instanceof CodedError coded ? coded.retryAfter() : null;
            if (one == null) {
                return null;
            }
            longest = longest == null || one.compareTo(longest) > 0 ? one : longest;
        }
        return longest;
    }

    /** A result that refuses a request as a whole. */
    public static ExecutionResult refusal(RunlogException why) {
        return new ExecutionResultImpl(new CodedError(why, null, null));
    }

    private static ExecutionResult refusal(String message) {
        return refusal(RunlogException.badInput(message));
    }

    /** Failures of resolvers: known ones as they are, unknown ones logged under an id that is all the client sees. */
    private static CompletableFuture<DataFetcherExceptionHandlerResult> handle(
            DataFetcherExceptionHandlerParameters parameters) {
        Throwable failure = parameters.getException();
        while (failure instanceof CompletionException && failure.getCause() != null) {
            failure = failure.getCause();
        }
        RunlogException known = failure instanceof RunlogException refused ? refused : unknown(parameters, failure);
        GraphQLError error = new CodedError(
                known,
                List.of(parameters.getSourceLocation()),
                parameters.getPath().toList());
        return CompletableFuture.completedFuture(
                DataFetcherExceptionHandlerResult.newResult(error).build());
    }

    private static RunlogException unknown(DataFetcherExceptionHandlerParameters parameters, Throwable failure) {
        UUID incident = Ids.next();
        log.error("{} failed, incident {}", parameters.getPath(), incident, failure);
        return RunlogException.internal(incident);
    }

    /** Gives errors that the library made their code: all but a null where none may be are the client's. */
    static ExecutionResult withCodes(ExecutionResult result) {
        if (result.getErrors().stream().allMatch(GraphqlEngine::hasCode)) {
            return result;
        }
        List<GraphQLError> errors =
                result.getErrors().stream().map(GraphqlEngine::withCode).toList();
        return result.transform(builder -> builder.errors(errors));
    }

    private static boolean hasCode(GraphQLError error) {
        return error instanceof CodedError;
    }

    private static GraphQLError withCode(GraphQLError error) {
        if (hasCode(error)) {
            return error;
        }
        String message = error instanceof QueryLimits.OperationNotAllowedException ? NOT_ALLOWED : error.getMessage();
        boolean ours = error.getErrorType() == ErrorType.NullValueInNonNullableField
                || error.getErrorType() == ErrorType.DataFetchingException;
        RunlogException why = ours
                ? new RunlogException(ErrorCode.INTERNAL, message, null, null)
                : RunlogException.badInput(LibraryMessages.plain(message));
        return new CodedError(why, error.getLocations(), error.getPath());
    }

    private static void logged(GraphqlRequest request, Viewer viewer, ExecutionResult result, long startedAt) {
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

    /** How many queries are kept parsed and validated. */
    long documentsKept() {
        return documents.size();
    }

    private static GraphQLSchema schema(Bus bus, GatewayConfig.Graphql config, LiveFeed feed) {
        ParserOptions.setDefaultOperationParserOptions(ParserOptions.getDefaultOperationParserOptions()
                .transform(options -> options.maxCharacters(config.queryMaxChars())));
        RuntimeWiring wiring = new Resolvers(bus, config, feed).wiring();
        try (Reader text = new InputStreamReader(
                Objects.requireNonNull(GraphqlEngine.class.getResourceAsStream("/schema.graphqls")),
                StandardCharsets.UTF_8)) {
            return new SchemaGenerator().makeExecutableSchema(new SchemaParser().parse(text), wiring);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
