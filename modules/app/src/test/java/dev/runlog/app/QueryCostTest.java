package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runlog.contract.model.Ids;
import graphql.introspection.IntrospectionQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries that ask for as much output, or as much work, as their texts can. */
@ServerTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueryCostTest {
    private static final String COST = "graphql.cost-max";
    private static final String ALIASES = "graphql.aliases-max";

    private RunningServer server;
    private String token;
    private List<String> ids;

    @BeforeAll
    void start(RunningServer started) {
        server = started;
        token = server.token("costly");
        ids = record(200);
    }

    @Test
    void countsTypeNamesAsAnyField() {
        String names = IntStream.range(0, 1000).mapToObj(i -> "__typename ").collect(Collectors.joining());

        assertThat(refusal("{ executions(first: 200) { nodes { " + names + "} } }"))
                .contains(COST);
    }

    @Test
    void countsAliasesOfTypeNames() {
        String names = aliased(60, "__typename");

        assertThat(refusal("{ executions(first: 1) { nodes { " + names + "} } }"))
                .contains(ALIASES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"literal", "variable"})
    void countsEachIdOfNodes(String form) {
        List<String> repeated = Collections.nCopies(200, ids.get(0));
        String fields = "...on Execution { " + "id ".repeat(110) + "}";

        JsonNode answer = form.equals("literal")
                ? server.graphql(token, "{ nodes(ids: [" + literals(repeated) + "]) { " + fields + " } }")
                : server.graphql(token, "query($ids: [ID!]!) { nodes(ids: $ids) { " + fields + " } }", "ids", repeated);

        assertThat(answer.toString()).contains(COST);
    }

    @Test
    void countsTheIdsOfEachRequestThatSharesAText() {
        String query = "query($ids: [ID!]!) { nodes(ids: $ids) { ...on Execution { " + "id ".repeat(110) + "} } }";

        assertThat(server.graphql(token, query, "ids", ids.subList(0, 1)).has("errors"))
                .isFalse();
        assertThat(server.graphql(token, query, "ids", Collections.nCopies(200, ids.get(0)))
                        .toString())
                .contains(COST);
    }

    /** Each fragment spreads the next one twice: 2^25 of the last, which selects nothing in the end. */
    @ParameterizedTest
    @ValueSource(strings = {"__typename", "id @skip(if: true)", "id"})
    void walksNoBombOfFragments(String leaf) {
        StringBuilder bomb = new StringBuilder("{ executions { nodes { ...f0 } } }");
        for (int i = 0; i < 25; i++) {
            bomb.append(" fragment f%1$d on Execution { ...f%2$d ...f%2$d }".formatted(i, i + 1));
        }
        bomb.append(" fragment f25 on Execution { ").append(leaf).append(" }");

        assertThat(refusal(bomb.toString())).contains(COST);
    }

    @Test
    void countsAFragmentForEachSpread() {
        String lists = IntStream.range(0, 40)
                .mapToObj(i -> "a" + i + ": executions(first: 200) { ...page } ")
                .collect(Collectors.joining());

        assertThat(refusal("{ " + lists + "} fragment page on ExecutionConnection { nodes { id status startedAt } }"))
                .contains(COST);
    }

    @Test
    void allowsTheStandardIntrospectionQuery() {
        JsonNode answer = server.graphql(token, IntrospectionQuery.INTROSPECTION_QUERY);

        assertThat(answer.has("errors")).as(answer.path("errors").toString()).isFalse();
        assertThat(answer.at("/data/__schema/types")).isNotEmpty();
    }

    @Test
    void boundsIntrospection() {
        String names = aliased(49, "name");

        assertThat(refusal("{ __schema { types { fields { args { type { fields { " + names + "} } } } } } }"))
                .isNotEmpty();
        assertThat(refusal("{ __schema { types { fields { args { " + "name ".repeat(400) + "} } } } }"))
                .contains("graphql.introspection-cost-max");
    }

    /** The event loop that answers others is busy for less than a second with the worst that is allowed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ executions(first: 200) { nodes { ALIASED48(__typename) ALL id } } }",
                "{ executions(first: 200) { nodes { workflow { ALIASED48(__typename) ALL id } } } }",
                "{ executions(first: 200) { edges { cursor node { ALIASED45(workflow { id }) } } } }",
                "{ __schema { types { fields { ALIASED48(name) } } } }",
            })
    void isNotBusyForLong(String template) {
        String query = template.replaceAll("ALIASED48\\(([^)]*)\\)", aliased(48, "__typename"))
                .replace("ALIASED45(workflow { id })", aliased(45, "workflow { id }"))
                .replace("ALIASED48(name)", aliased(48, "name"))
                .replace("ALL", "");
        JsonNode answer = server.data(token, query);
        assertThat(answer).isNotEmpty();
        List<Duration> times = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            times.add(RunningServer.eventLoopTimeOf(() -> server.data(token, query)));
        }
        assertThat(Collections.min(times)).isPositive().isLessThan(Duration.ofSeconds(1));
    }

    private String refusal(String query) {
        return server.graphql(token, query).at("/errors/0/message").asText();
    }

    private static String aliased(int times, String field) {
        return IntStream.range(0, times)
                .mapToObj(i -> "a" + i + ": " + field + " ")
                .collect(Collectors.joining());
    }

    private static String literals(List<String> texts) {
        return texts.stream().map(text -> '"' + text + '"').collect(Collectors.joining(","));
    }

    private List<String> record(int runs) {
        List<String> recorded = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        for (int run = 0; run < runs; run++) {
            String id = Ids.next().toString();
            recorded.add(id);
            lines.append("{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"")
                    .append(id)
                    .append("\"}\n");
        }
        assertThat(server.events(token, lines.toString()).body()).contains("\"recorded\":" + runs);
        return recorded;
    }
}
