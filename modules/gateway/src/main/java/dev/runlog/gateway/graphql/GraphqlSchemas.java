package dev.runlog.gateway.graphql;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.events.LiveStrategy;
import dev.runlog.gateway.graphql.limits.QueryCache;
import dev.runlog.gateway.graphql.limits.QueryLimits;
import dev.runlog.gateway.graphql.protocol.GraphqlErrors;
import dev.runlog.gateway.graphql.render.Plans;
import dev.runlog.gateway.graphql.render.Renderer;
import dev.runlog.gateway.graphql.render.SerialRenderer;
import dev.runlog.gateway.graphql.resolve.Resolvers;
import dev.runlog.gateway.graphql.schema.ReadScope;
import graphql.GraphQL;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.parser.ParserOptions;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The executable schema, for viewers who may read executions and for others, with its cache of parsed queries. */
public final class GraphqlSchemas {
    private final GatewayConfig.Graphql config;
    private final QueryCache queries;
    private final Plans plans = new Plans();
    private final GraphQL readers;
    private final GraphQL nonReaders;

    public GraphqlSchemas(GatewayConfig.Graphql config) {
        this.config = config;
        this.queries = new QueryCache(config.documentCacheMaxBytes());
        GraphQLSchema schema = schema();
        this.readers = graphQl(schema);
        this.nonReaders = graphQl(ReadScope.without(schema));
    }

    private GraphQL graphQl(GraphQLSchema schema) {
        DataFetcherExceptionHandler failures = GraphqlErrors::handle;
        Renderer renderer = new Renderer(failures, plans);
        return GraphQL.newGraphQL(schema)
                .defaultDataFetcherExceptionHandler(failures)
                .queryExecutionStrategy(renderer)
                .mutationExecutionStrategy(new SerialRenderer(failures, renderer))
                .subscriptionExecutionStrategy(new LiveStrategy(failures, plans))
                .instrumentation(new QueryLimits(config, queries))
                .preparsedDocumentProvider(queries)
                .build();
    }

    /** The schema as a viewer may use it. */
    GraphQL of(Viewer viewer) {
        return viewer.may(Scope.READ) ? readers : nonReaders;
    }

    private GraphQLSchema schema() {
        ParserOptions.setDefaultOperationParserOptions(ParserOptions.getDefaultOperationParserOptions()
                .transform(options -> options.maxCharacters(config.queryMaxChars())));
        try (Reader text = new InputStreamReader(
                Objects.requireNonNull(GraphqlSchemas.class.getResourceAsStream("/schema.graphqls")),
                StandardCharsets.UTF_8)) {
            return new SchemaGenerator()
                    .makeExecutableSchema(new SchemaParser().parse(text), Resolvers.wiring(config, plans));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
