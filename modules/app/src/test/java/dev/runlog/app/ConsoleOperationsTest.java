package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import graphql.language.Definition;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.NodeTraverser;
import graphql.language.NodeVisitorStub;
import graphql.language.NonNullType;
import graphql.language.OperationDefinition;
import graphql.language.VariableDefinition;
import graphql.parser.Parser;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLInputObjectField;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLList;
import graphql.schema.GraphQLNonNull;
import graphql.schema.GraphQLSchema;
import graphql.schema.GraphQLTypeUtil;
import graphql.schema.idl.MockedWiringFactory;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeInfo;
import graphql.util.TraversalControl;
import graphql.util.TraverserContext;
import graphql.validation.Validator;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The operations of the console, against the schema and the limits of a server with default settings. */
@ServerTest
final class ConsoleOperationsTest {
    private static final Path WEB = Path.of(System.getProperty("runlog.root", "../.."), "modules/console/src/main/web");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String ID = "019e7c00-0000-7000-8000-000000000000";

    /** The largest values with which the console asks; they determine the cost of a query. */
    private static final Map<String, Object> LARGEST = Map.of(
            "first", 200,
            "last", 200,
            "buckets", 60,
            "from", "2026-11-01T00:00:00Z");

    /** Queries of statistics, with as many IDs as one may have. */
    private static final Map<String, Integer> BATCHES = Map.of("WorkflowDurations", 12, "WorkflowTrends", 4);

    /** Members of inputs that require one of several. */
    private static final Set<String> ONE_OF_SEVERAL = Set.of("workflowId", "olderThan", "keepFor");

    private final RunningServer server;

    ConsoleOperationsTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void everyOperationIsValid() throws Exception {
        GraphQLSchema schema = schema();
        Map<String, String> operations = operations();

        assertThat(operations).hasSizeGreaterThan(20);
        operations.forEach(
                (name, text) -> assertThat(new Validator().validateDocument(schema, Parser.parse(text), Locale.ENGLISH))
                        .as(name)
                        .isEmpty());
    }

    /** Nothing is refused for its depth, aliases or cost; that an ID is unknown is fine. */
    @Test
    void everyOperationIsWithinTheLimits() throws Exception {
        String token =
                server.token("console", "executions:read", "executions:write", "executions:cleanup", "engine", "ops");
        GraphQLSchema schema = schema();

        for (Map.Entry<String, String> operation : operations().entrySet()) {
            OperationDefinition definition = Parser.parse(operation.getValue())
                    .getDefinitionsOfType(OperationDefinition.class)
                    .get(0);
            String body = JSON.writeValueAsString(
                    Map.of("query", operation.getValue(), "variables", variables(schema, definition)));

            JsonNode answer = definition.getOperation() == OperationDefinition.Operation.SUBSCRIPTION
                    ? firstEvent(token, body)
                    : RunningServer.json(server.send(server.request("/graphql", token)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))));

            for (JsonNode error : answer.path("errors")) {
                assertThat(error.at("/extensions/code").asText())
                        .as("%s: %s", operation.getKey(), error)
                        .isEqualTo("NOT_FOUND");
            }
        }
    }

    private GraphQLSchema schema() {
        return new SchemaGenerator()
                .makeExecutableSchema(
                        new SchemaParser()
                                .parse(server.get("/schema.graphql", "").body()),
                        RuntimeWiring.newRuntimeWiring()
                                .wiringFactory(new MockedWiringFactory())
                                .build());
    }

    /** Each operation by its name, followed by the fragments that it uses. */
    private static Map<String, String> operations() throws IOException {
        Map<String, String> texts = new TreeMap<>();
        Map<String, Definition<?>> definitions = new TreeMap<>();
        try (Stream<Path> files = Files.walk(WEB)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".graphql")).toList()) {
                String name = String.valueOf(file.getFileName()).replace(".graphql", "");
                String text = Files.readString(file);
                texts.put(name, text);
                definitions.put(name, (Definition<?>)
                        Parser.parse(text).getDefinitions().get(0));
            }
        }
        Map<String, String> operations = new TreeMap<>();
        definitions.forEach((name, definition) -> {
            if (definition instanceof OperationDefinition) {
                Set<String> used = new LinkedHashSet<>(Set.of(name));
                addFragments(definition, definitions, used);
                operations.put(name, used.stream().map(texts::get).collect(Collectors.joining("\n")));
            }
        });
        return operations;
    }

    private static void addFragments(
            Definition<?> definition, Map<String, Definition<?>> definitions, Set<String> used) {
        List<String> spreads = new ArrayList<>();
        new NodeTraverser()
                .preOrder(
                        new NodeVisitorStub() {
                            @Override
                            @SuppressWarnings("rawtypes") // The signature of the library.
                            public TraversalControl visitFragmentSpread(
                                    FragmentSpread spread, TraverserContext<graphql.language.Node> context) {
                                spreads.add(spread.getName());
                                return TraversalControl.CONTINUE;
                            }
                        },
                        definition);
        for (String spread : spreads) {
            assertThat(definitions.get(spread)).as("fragment %s", spread).isInstanceOf(FragmentDefinition.class);
            if (used.add(spread)) {
                addFragments(definitions.get(spread), definitions, used);
            }
        }
    }

    private static Map<String, Object> variables(GraphQLSchema schema, OperationDefinition operation) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (VariableDefinition variable : operation.getVariableDefinitions()) {
            String name = variable.getName();
            // A page has either end.
            boolean isOtherEnd = name.equals("last") || name.equals("after") || name.equals("before");
            if (isOtherEnd && !(variable.getType() instanceof NonNullType)) {
                continue;
            }
            if (name.equals("ids")) {
                int count = BATCHES.getOrDefault(operation.getName(), 20);
                variables.put(name, Stream.generate(() -> ID).limit(count).toList());
            } else if (LARGEST.containsKey(name)) {
                variables.put(name, LARGEST.get(name));
            } else {
                GraphQLInputType type = (GraphQLInputType) TypeInfo.typeInfo(variable.getType())
                        .decorate(schema.getType(
                                TypeInfo.typeInfo(variable.getType()).getName()));
                if (GraphQLTypeUtil.isNonNull(type)) {
                    variables.put(name, example(type));
                }
            }
        }
        return variables;
    }

    /** A value of the type with only what is required. */
    private static Object example(GraphQLInputType type) {
        if (type instanceof GraphQLNonNull nonNull) {
            return example((GraphQLInputType) nonNull.getWrappedType());
        }
        if (type instanceof GraphQLList list) {
            return List.of(example((GraphQLInputType) list.getWrappedType()));
        }
        if (type instanceof GraphQLInputObjectType object) {
            Map<String, Object> members = new LinkedHashMap<>();
            for (GraphQLInputObjectField field : object.getFields()) {
                boolean required = GraphQLTypeUtil.isNonNull(field.getType()) && !field.hasSetDefaultValue();
                if (required || ONE_OF_SEVERAL.contains(field.getName())) {
                    members.put(field.getName(), example(field.getType()));
                }
            }
            return members;
        }
        if (type instanceof GraphQLEnumType values) {
            return values.getValues().get(0).getName();
        }
        return switch (((graphql.schema.GraphQLNamedType) type).getName()) {
            case "ID" -> ID;
            case "Int", "Long" -> 1;
            case "Boolean" -> true;
            case "DateTime" -> "2026-11-01T00:00:00Z";
            case "Duration" -> "P30D";
            default -> UUID.randomUUID().toString();
        };
    }

    private JsonNode firstEvent(String token, String body) throws Exception {
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .send(
                        server.request("/graphql", token)
                                .header("Content-Type", "application/json")
                                .header("Accept", "text/event-stream")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            while (line != null && !line.matches("data: *\\{.*")) {
                line = lines.readLine();
            }
            assertThat(line).as(body).isNotNull();
            return JSON.readTree(line.substring("data:".length()));
        }
    }
}
