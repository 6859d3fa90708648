package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import graphql.parser.Parser;
import graphql.schema.GraphQLSchema;
import graphql.schema.idl.MockedWiringFactory;
import graphql.schema.idl.RuntimeWiring;
import graphql.schema.idl.SchemaGenerator;
import graphql.schema.idl.SchemaParser;
import graphql.validation.Validator;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/frontend.md} and the schema that it refers to. {@code .ci/frontend.mjs} runs its snippets. */
@ServerTest
final class FrontendDocumentTest {
    private static final Path ROOT = Path.of(System.getProperty("runlog.root", "../.."));

    /** A template literal of JavaScript that begins with an operation. */
    private static final Pattern OPERATION =
            Pattern.compile("`\\s*((?:query|mutation|subscription)\\b[^`]*)`", Pattern.DOTALL);

    private final RunningServer server;

    FrontendDocumentTest(RunningServer server) {
        this.server = server;
    }

    @Test
    void theSchemaIsServedUnderTheNameThatCompilersExpect() throws Exception {
        String schema = Files.readString(ROOT.resolve("schema.graphqls"));
        for (String path : List.of("/schema.graphql", "/schema.graphqls")) {
            HttpResponse<String> response = server.get(path, "");
            assertThat(response.statusCode()).as(path).isEqualTo(200);
            assertThat(response.headers().firstValue("content-type"))
                    .as(path)
                    .hasValue("application/graphql; charset=utf-8");
            assertThat(response.body()).as(path).isEqualTo(schema);
        }
    }

    @Test
    void everyOperationIsValid() throws Exception {
        GraphQLSchema schema = new SchemaGenerator()
                .makeExecutableSchema(
                        new SchemaParser()
                                .parse(server.get("/schema.graphql", "").body()),
                        RuntimeWiring.newRuntimeWiring()
                                .wiringFactory(new MockedWiringFactory())
                                .build());
        List<String> operations = operations();
        assertThat(operations).hasSizeGreaterThanOrEqualTo(6);
        for (String operation : operations) {
            assertThat(new Validator().validateDocument(schema, Parser.parse(operation), Locale.ENGLISH))
                    .as(operation)
                    .isEmpty();
        }
    }

    private static List<String> operations() throws IOException {
        return OPERATION
                .matcher(Files.readString(ROOT.resolve("docs/frontend.md")))
                .results()
                .map(match -> match.group(1))
                // Relay's own directive: its compiler removes it.
                .map(text -> text.replaceAll("@connection\\([^)]*\\)", ""))
                .toList();
    }
}
