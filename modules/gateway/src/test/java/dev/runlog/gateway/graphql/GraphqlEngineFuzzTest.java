package dev.runlog.gateway.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.json.JsonReader;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.gateway.config.GatewayConfig;
import dev.runlog.gateway.graphql.protocol.Answer;
import dev.runlog.gateway.graphql.protocol.GraphqlRequest;
import dev.runlog.gateway.live.LiveFeed;
import dev.runlog.gateway.memory.AnswerMemory;
import dev.runlog.testing.Futures;
import dev.runlog.testing.Settings;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import graphql.GraphQLError;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.quicktheories.core.Gen;

/** Queries and variables without a database: what gets that far is answered by OVERLOADED. */
@ExtendWith(VertxExtension.class)
final class GraphqlEngineFuzzTest {
    private static final GatewayConfig.Graphql CONFIG = Settings.of("graphql").as(GatewayConfig.Graphql.class);
    private static final GatewayConfig.Live LIVE = Settings.of("live").as(GatewayConfig.Live.class);

    private static final String ID = "01a20f8e-6a43-7000-8000-000000000001";
    private static final String[] QUERIES = {
        "{ viewer { subject scopes } a: __typename }",
        "query a($n: Int = 3, $s: [ExecutionStatus!]) { executions(first: $n, status: $s, filter: { labels: { a: \"b\" } "
                + "minDuration: \"PT1S\" startedAfter: \"2026-11-24T04:26:10Z\" }) { totalCount nodes { id ...e } "
                + "pageInfo { endCursor } } } fragment e on Execution { workflow { key } steps(first: 2) { nodes { name } } }",
        "{ node(id: \"" + ID + "\") { id ... on Execution @include(if: true) { payload } } nodes(ids: [\"" + ID
                + "\"]) { id } }",
        "mutation m($p: JSON) { startExecution(input: { workflowKey: \"w\", payload: $p }) { execution { id } } }",
        "mutation { upsertWorkflow(input: { key: \"k\", name: \"\"\"n\"\"\" }) { workflow { id } } }",
        "subscription { executionChanges(status: [FAILED], after: \"0bf7b6ab-1\") { kind cursor execution { id } } }",
        "{ __schema { types { name fields { name type { ofType { name } } } } } }",
        "{ statistics(interval: DAY, from: \"2026-11-24T00:00:00Z\") { stored { success } } cleanups(first: 5) { nodes { id } } retentionPolicies { nodes { id } } }"
    };
    private static final Gen<String> VARIABLES = Inputs.near(
            "{\"n\":5,\"s\":[\"FAILED\"],\"p\":{\"a\":[1,1.5,null]}}",
            "{\"n\":null,\"s\":\"FAILED\",\"p\":\"x\"}",
            "{\"n\":2147483648,\"s\":[],\"p\":[[]]}");

    private static final Viewer VIEWER = new Viewer("alice", EnumSet.allOf(Scope.class));

    private Vertx vertx;
    private GraphqlEngine engine;

    private record Request(String query, Map<String, Object> variables) {}

    @BeforeEach
    void start(Vertx given) {
        vertx = given;
        Bus bus = Bus.create(vertx, Duration.ofSeconds(5));
        engine = Futures.await(onContext(() -> Future.succeededFuture(new GraphqlEngine(
                new GraphqlSchemas(CONFIG),
                bus,
                new AnswerMemory(CONFIG.responseMaxBytes(), CONFIG.responsesMaxBytes()),
                CONFIG,
                LiveFeed.start(vertx, bus, LIVE, new SimpleMeterRegistry())))));
    }

    @Test
    void answersOrRefusesAnyQuery() {
        Gen<Request> requests = Inputs.near(QUERIES).zip(VARIABLES, (query, json) -> {
            Map<String, Object> variables = new LinkedHashMap<>();
            Fuzz.accepts(() -> variables.putAll(JsonReader.readObject(json, "variables")));
            return new Request(query, variables);
        });

        Fuzz.check(requests, request -> {
            Answer answer = Futures.await(onContext(() ->
                    engine.execute(new GraphqlRequest(request.query(), null, request.variables(), Map.of()), VIEWER)));

            if (!answer.isStream()) {
                assertThat(answer.write().length()).isLessThanOrEqualTo(CONFIG.responseMaxBytes());
            }
            for (GraphQLError error : answer.result().getErrors()) {
                assertThat(error.getExtensions()).as("%s", error.getMessage()).containsKey("code");
                assertThat(error.getExtensions().get("code"))
                        .as("%s", error.getMessage())
                        .isNotEqualTo("INTERNAL");
            }
            answer.close();
        });
    }

    private <T> Future<T> onContext(Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        vertx.getOrCreateContext().runOnContext(now -> work.get().onComplete(done));
        return done.future();
    }
}
