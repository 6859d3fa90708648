package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The examples of docs/recording.md and of the README are valid by the published schema, and are recorded. Their times are
 * fixed, so the server accepts any.
 */
@ServerTest({"RECORDING_START_AGE_MAX=P20000D", "RECORDING_START_AHEAD_MAX=P20000D"})
final class RecordingDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of(System.getProperty("runlog.root", "../.."));

    private static final Pattern EVENT = Pattern.compile("(?m)^\\{\"event\":.*$");
    private static final Pattern REFUSED =
            Pattern.compile("```jsonl\n(?<lines>.*?)```\n\n```json\n(?<report>.*?)\n```", Pattern.DOTALL);

    /** A default with its setting, such as "256 characters (recording.name-max-chars)". */
    private static final Pattern DEFAULT = Pattern.compile(
            "(?<value>P?T?[0-9][0-9,]*[A-Z]?)(?: bytes| labels| characters)? \\(recording\\.(?<name>[a-z-]+)\\)");

    private final RunningServer server;
    private final Engine engine;
    private final Validator validator;

    RecordingDocumentTest(RunningServer server) {
        this.server = server;
        this.engine = new Engine(server, server.anOwner());
        this.validator = Validator.create(
                JsonSchema.of(
                        new JsonObject(server.get("/events/schema.json", "").body())),
                new JsonSchemaOptions()
                        .setBaseUri("http://localhost/")
                        .setDraft(Draft.DRAFT202012)
                        .setOutputFormat(OutputFormat.Basic));
    }

    @Test
    void recordsEachExample() throws Exception {
        Set<String> kinds = new TreeSet<>();
        for (String line : examples("docs/recording.md")) {
            kinds.add(recordExample(line));
        }
        assertThat(kinds).containsExactly("execution", "finished", "heartbeat", "queued", "started", "steps");
    }

    @Test
    void recordsTheExamplesOfTheReadme() throws Exception {
        List<String> lines = examples("README.md");
        assertThat(lines).hasSizeGreaterThan(1);
        for (String line : lines) {
            recordExample(line);
        }
    }

    @Test
    void reportsRefusalsAndWarningsAsTheDocumentShows() throws Exception {
        var example = REFUSED.matcher(read("docs/recording.md"));
        assertThat(example.find()).isTrue();

        assertThat(engine.send(example.group("lines").split("\n"))).isEqualTo(JSON.readTree(example.group("report")));
    }

    @Test
    void namesTheDefaultsOfTheConfiguration() throws Exception {
        JsonNode recording =
                new YAMLMapper().readTree(read("config/runlog.yaml")).get("recording");
        String schema = server.get("/events/schema.json", "").body();

        assertThat(DEFAULT.matcher(schema).results().count()).isGreaterThan(20);
        DEFAULT.matcher(schema).results().forEach(found -> assertThat(
                        found.group(1).replace(",", ""))
                .as(found.group())
                .isEqualTo(recording.path(found.group(2)).asText()));
    }

    @Test
    void servesTheSchemaToEveryone() {
        HttpResponse<String> schema = server.get("/events/schema.json", "");

        assertThat(schema.statusCode()).isEqualTo(200);
        HttpResponse<String> openApi = server.get("/openapi.json", "");
        for (String header : List.of("content-type", "cache-control", "x-content-type-options")) {
            assertThat(schema.headers().allValues(header))
                    .as(header)
                    .hasSize(1)
                    .isEqualTo(openApi.headers().allValues(header));
        }
        assertThat(RunningServer.json(schema).get("$schema").asText())
                .isEqualTo("https://json-schema.org/draft/2020-12/schema");
        HttpResponse<String> posted =
                server.send(server.request("/events/schema.json", "").POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(posted.statusCode()).isEqualTo(405);
    }

    /** Validates and records an example, and checks that its run is as it says. Returns the kind of event. */
    private String recordExample(String line) throws IOException {
        OutputUnit result = validator.validate(new JsonObject(line));
        assertThat(result.getValid()).as("%s %s", line, result.getErrors()).isTrue();
        JsonNode report = engine.record(line);
        assertThat(report.get("recorded").asInt()).as(line).isEqualTo(1);

        JsonNode event = JSON.readTree(line);
        JsonNode execution = find(event);
        String kind = event.get("event").asText();
        switch (kind) {
            case "queued" -> {
                assertThat(execution.get("status").asText()).as(line).isEqualTo("QUEUED");
                assertThat(execution.get("startedAt").isNull()).as(line).isTrue();
            }
            case "finished", "execution" -> requireFinished(event, execution);
            case "steps" -> requireSteps(event.get("steps"), execution.at("/steps/nodes"));
            default -> assertThat(execution.get("status").asText()).as(line).isEqualTo("RUNNING");
        }
        if (event.has("payload")) {
            assertThat(execution.get("payload")).as(line).isEqualTo(event.get("payload"));
        }
        return kind;
    }

    private static void requireFinished(JsonNode event, JsonNode execution) {
        assertThat(execution.get("status")).isEqualTo(event.get("status"));
        assertThat(execution.get("finishedAt").isNull()).isFalse();
        if (event.has("result")) {
            assertThat(execution.get("result")).isEqualTo(event.get("result"));
        }
        if (event.has("error")) {
            assertThat(execution.at("/error/message")).isEqualTo(event.at("/error/message"));
            assertThat(execution.at("/error/type")).isEqualTo(event.at("/error/type"));
        }
        if (event.has("retryOfExternalId")) {
            assertThat(execution.at("/retryOf/externalId")).isEqualTo(event.get("retryOfExternalId"));
            assertThat(execution.get("attempt")).isEqualTo(event.get("attempt"));
        }
    }

    private static void requireSteps(JsonNode expected, JsonNode steps) {
        for (JsonNode step : expected) {
            assertThat(steps)
                    .filteredOn(stored -> stored.get("index").equals(step.get("index")))
                    .singleElement()
                    .satisfies(stored -> {
                        assertThat(stored.get("name")).isEqualTo(step.get("name"));
                        assertThat(stored.path("parentIndex").asInt(-1))
                                .isEqualTo(step.path("parentIndex").asInt(-1));
                        assertThat(stored.get("status")).isEqualTo(step.get("status"));
                        assertThat(stored.get("attempt").asInt())
                                .isEqualTo(step.path("attempt").asInt(1));
                        assertThat(stored.at("/error/message").asText())
                                .isEqualTo(step.at("/error/message").asText());
                    });
        }
    }

    private JsonNode find(JsonNode event) {
        String fields =
                "status startedAt finishedAt attempt payload result error { message type } retryOf { externalId }"
                        + " steps { nodes { index parentIndex attempt name status error { message } } }";
        JsonNode execution = event.has("id")
                ? engine.get(event.get("id").asText(), fields)
                : engine.find(
                        event.get("externalId").asText(),
                        event.has("source") ? event.get("source").asText() : null,
                        fields);
        assertThat(execution.isObject()).as(event.toString()).isTrue();
        return execution;
    }

    private static List<String> examples(String document) throws IOException {
        String text = REFUSED.matcher(read(document)).replaceAll("");
        return EVENT.matcher(text).results().map(match -> match.group()).toList();
    }

    private static String read(String document) throws IOException {
        return Files.readString(ROOT.resolve(document));
    }
}
