package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.idl.MockedWiringFactory;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each argument of the schema gets each hostile value: none is INTERNAL or an error in the log. */
@ServerTest("RETENTION_REQUESTS_PER_MINUTE=100000")
final class HostileArgumentsTest extends HostileInputTestCase {
    /** As JSON, and as far as it can be written so, as a GraphQL literal. */
    private static final List<String> VALUES = List.of(
            "null",
            "true",
            "0",
            "-1",
            "2147483648",
            "-9223372036854775809",
            "1e9999",
            "1e-9999",
            "-1e99999999999",
            "1e10000000",
            "-1e10000000",
            "1e-10000000",
            "1" + "0".repeat(400),
            "\"\"",
            "\" \"",
            "\"a\\u0000b\"",
            "\"\\ud800\"",
            "\"\\udc00x\"",
            "\"%_\\\\%\"",
            "\"'; DROP TABLE execution; --\"",
            "\"" + "x".repeat(5000) + "\"",
            "\"\\u202e\\u001b[2J\"",
            "\"0001-01-01T00:00:00Z\"",
            "\"0000-01-01T00:00:00+23:59\"",
            "\"9999-12-31T23:59:59.999999999-18:00\"",
            "\"2026-11-24T04:26:10\"",
            "\"2026-02-30T00:00:00Z\"",
            "\"2016-12-31T23:59:60Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"-999999999-01-01T00:00:00Z\"",
            "\"1900-01-01T00:00:00Z\"",
            "\"PT2562047788015215H\"",
            "\"PT9223372036854775807S\"",
            "\"PT-9223372036854775808S\"",
            "\"P106751991167300D\"",
            "\"P3652500D\"",
            "\"PT-1S\"",
            "\"PT0.0000001S\"",
            "\"00000000-0000-0000-0000-000000000000\"",
            "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"",
            "\"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
            "[]",
            "[null]",
            "[[]]",
            "{}",
            "{\"a\":\"b\\u0000\"}",
            "{\"a\\ud800\":\"b\"}",
            "{\"\":{}}",
            "[".repeat(200) + "]".repeat(200),
            "[1e9999,1.50,12345678901234567890]");

    private final GraphQLSchema schema = schema();

    Stream<String> fields() {
        return Stream.of(schema.getQueryType(), schema.getMutationType())
                .flatMap(type -> type.getFieldDefinitions().stream()
                        .filter(field -> !field.getArguments().isEmpty())
                        .map(field -> type.getName() + "." + field.getName()));
    }

    @ParameterizedTest
    @MethodSource("fields")
    void rejectsOrAcceptsEachValueOfEachArgument(String name) {
        GraphQLObjectType type = schema.getObjectType(name.substring(0, name.indexOf('.')));
        GraphQLFieldDefinition field = type.getFieldDefinition(name.substring(name.indexOf('.') + 1));
        String operation = type.getName().equals("Mutation") ? "mutation" : "query";
        String selection = GraphQLTypeUtil.unwrapAll(field.getType()) instanceof GraphQLObjectType object
                        && object.getName().endsWith("Connection")
                ? " { totalCount nodes { __typename } }"
                : " { __typename }";
        List<String> requests = new ArrayList<>();
        for (String value : VALUES) {
            for (Map.Entry<String, String> arguments : arguments(field, value).entrySet()) {
                String arg = arguments.getKey();
                GraphQLInputType declared = field.getArgument(arg).getType();
                requests.add("{\"query\":\"" + operation + "($x: " + GraphQLTypeUtil.simplePrint(declared) + ") { "
                        + field.getName() + "(" + required(field, arg) + arg + ": $x)" + selection.replace("\"", "\\\"")
                        + " }\",\"variables\":{\"x\":" + arguments.getValue() + "}}");
                requests.addAll(nested(field, arg, declared, operation, selection, value));
            }
            for (String arg :
                    field.getArguments().stream().map(a -> a.getName()).toList()) {
                String literal = value.replaceAll("\"([a-z]*)\":", "$1:");
                requests.add("{\"query\":"
                        + quoted(operation + " { " + field.getName() + "(" + arg + ": " + literal + ")" + selection
                                + " }")
                        + "}");
            }
        }
        SoftAssertions.assertSoftly(all -> requests.forEach(request -> assertNotInternal(all, request, post(request))));
    }

    /** The value in place of each member of an input object, the others as they should be. */
    private List<String> nested(
            GraphQLFieldDefinition field,
            String arg,
            GraphQLInputType declared,
            String operation,
            String selection,
            String value) {
        if (!(GraphQLTypeUtil.unwrapAll(declared) instanceof GraphQLInputObjectType input)) {
            return List.of();
        }
        List<String> requests = new ArrayList<>();
        input.getFields().forEach(member -> {
            Map<String, String> members = new LinkedHashMap<>();
            input.getFields().forEach(other -> {
                if (other.getType() instanceof GraphQLNonNull && !other.hasSetDefaultValue()) {
                    members.put(other.getName(), example(other.getType()));
                }
            });
            if (operation.equals("mutation") && input.getField("workflowKey") != null) {
                members.put("workflowKey", "\"w\"");
            }
            if (input.getField("dryRun") != null) {
                members.put("dryRun", "true");
            }
            members.put(member.getName(), value);
            StringBuilder object = new StringBuilder();
            members.forEach((name, json) -> object.append(object.isEmpty() ? "{" : ",")
                    .append('"')
                    .append(name)
                    .append("\":")
                    .append(json));
            requests.add("{\"query\":\"" + operation + "($x: " + GraphQLTypeUtil.simplePrint(declared) + ") { "
                    + field.getName() + "(" + required(field, arg) + arg + ": $x)" + selection
                    + " }\",\"variables\":{\"x\":" + object + "}}}");
        });
        return requests;
    }

    private static Map<String, String> arguments(GraphQLFieldDefinition field, String value) {
        Map<String, String> arguments = new LinkedHashMap<>();
        field.getArguments().forEach(argument -> arguments.put(argument.getName(), value));
        return arguments;
    }

    private String required(GraphQLFieldDefinition field, String but) {
        StringBuilder others = new StringBuilder();
        field.getArguments().forEach(argument -> {
            if (argument.getType() instanceof GraphQLNonNull
                    && !argument.hasSetDefaultValue()
                    && !argument.getName().equals(but)) {
                others.append(argument.getName())
                        .append(": ")
                        .append(example(argument.getType()).replace("\"", "\\\""))
                        .append(' ');
            }
        });
        return others.toString();
    }

    private String example(GraphQLInputType type) {
        GraphQLInputType plain = (GraphQLInputType) GraphQLTypeUtil.unwrapNonNull(type);
        if (plain instanceof GraphQLList list) {
            return "[" + example((GraphQLInputType) list.getWrappedType()) + "]";
        }
        if (plain instanceof GraphQLInputObjectType input) {
            StringBuilder object = new StringBuilder("{");
            input.getFields().forEach(member -> {
                if (member.getType() instanceof GraphQLNonNull && !member.hasSetDefaultValue()) {
                    object.append(object.length() == 1 ? "" : ",")
                            .append('"')
                            .append(member.getName())
                            .append("\":")
                            .append(example(member.getType()));
                }
            });
            return object.append("}").toString();
        }
        return switch (((GraphQLNamedType) plain).getName()) {
            case "ID" -> '"' + id + '"';
            case "Int" -> "1";
            case "Boolean" -> "false";
            case "ExecutionStatus", "StepStatus" -> "\"SUCCESS\"";
            default -> "\"x\"";
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "query($x: Boolean) { statistics(allOwners: $x) { recordedPerDay } }",
                "query($x: Boolean = true) { viewer { subject @skip(if: $x) scopes } }",
                "mutation($x: Boolean) { cleanupExecutions(input: {olderThan: \\\"P1D\\\", dryRun: $x}) { cleanup { id } } }",
                "query($x: ID = \\\"01a20f8e-6a43-7000-8000-000000000001\\\") { nodes(ids: [$x]) { id } }",
                "query($x: ID = \\\"01a20f8e-6a43-7000-8000-000000000001\\\") { ...f } fragment f on Query { node(id: $x) { id } }",
                "query($x: ExecutionStatus = FAILED) { executions(status: [RUNNING, $x]) { nodes { id } } }",
                "query($x: Boolean = true) { ... @include(if: $x) { viewer { subject } } }",
                "subscription($x: ID = \\\"01a20f8e-6a43-7000-8000-000000000001\\\") { executionUpdated(id: $x) { kind } }",
                "mutation($x: Boolean) { setRetentionPolicy(input: {keepFor: \\\"P1D\\\", allOwners: $x}) "
                        + "{ retentionPolicy { id } } }"
            })
    void rejectsNullForArgumentsWithADefault(String query) {
        HttpResponse<String> answer = post("{\"query\":\"" + query + "\",\"variables\":{\"x\":null}}");

        assertNotInternal(query, answer);
        assertThat(answer.body()).contains("BAD_INPUT", "Invalid `$x`: null");
    }

    @Test
    void acceptsNullForOptionalArguments() {
        String query =
                "query($x: ID = \\\"01a20f8e-6a43-7000-8000-000000000001\\\", $y: Int = 5, $z: [ExecutionStatus!]) "
                        + "{ executions(first: $y, workflowId: $x, status: $z) { nodes { id } } }";

        HttpResponse<String> answer =
                post("{\"query\":\"" + query + "\",\"variables\":{\"x\":null,\"y\":null,\"z\":null}}");

        assertThat(answer.body()).contains("\"nodes\":[").doesNotContain("errors");
    }

    @Test
    void keepsTheTextOfNumbers() {
        String payload = "[1e9999,1.50,12345678901234567890,-0.0,1E-5]";
        String input = "\"input\":{\"workflowKey\":\"w\",\"payload\":" + payload + "}";

        HttpResponse<String> answer =
                post("{\"query\":\"mutation($input: StartExecutionInput!) { startExecution(input: "
                        + "$input) { execution { payload } } }\",\"variables\":{" + input + "}}");

        assertThat(answer.body()).contains("\"payload\":" + payload);
    }

    @Test
    void keepsNumbersOfLiteralsShort() {
        JsonNode answer = server.graphql(
                token,
                "mutation { startExecution(input: {workflowKey: \"w\", payload: [1e9999, 1.50]}) { execution { payload } } }");

        assertThat(answer.toString().length()).isLessThan(200);
        assertThat(answer.has("errors")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ executions(status: BAD) { nodes { id } } }",
                "{ executions(status: \"FAILED\") { nodes { id } } }",
                "{ executions(filter: 3) { nodes { id } } }",
                "{ executions(filter: {startedAfter: [1]}) { nodes { id } } }",
                "{ executions(first: \"x\") { nodes { id } } }",
                "{ execution(id: {a: [1.5, $b, null, true]}) { id } }",
                "query($s: [ExecutionStatus!]) { executions(status: $s) { nodes { id } } }",
                "query($s: ID!) { execution(id: $s) { id } }",
                "query($s: String) { workflows(search: $s) { nodes { id } } }",
                "query($s: Int) { workflows(first: $s) { nodes { id } } }",
                "query($s: Boolean!) { statistics(allOwners: $s) { recordedPerDay } }",
                "query($s: ExecutionFilter) { executions(filter: $s) { nodes { id } } }",
                "query($s: DateTime) { statistics(from: $s) { recordedPerDay } }",
            })
    void namesNoInternals(String query) {
        for (Object value : List.of(Map.of("a", Map.of("b", 1)), List.of(List.of(Map.of())), "BAD", 1.5, true)) {
            String message = server.graphql(token, query, "s", value)
                    .at("/errors/0/message")
                    .asText();

            assertThat(message)
                    .doesNotContainPattern("java|Value\\{|LinkedHashMap|ArrayList|Optional|graphql\\.|\\bclass\\b");
        }
    }

    private static GraphQLSchema schema() {
        InputStreamReader text = new InputStreamReader(
                Objects.requireNonNull(HostileArgumentsTest.class.getResourceAsStream("/schema.graphqls")),
                StandardCharsets.UTF_8);
        return new SchemaGenerator()
                .makeExecutableSchema(
                        new SchemaParser().parse(text),
                        RuntimeWiring.newRuntimeWiring()
                                .wiringFactory(new MockedWiringFactory())
                                .build());
    }
}
