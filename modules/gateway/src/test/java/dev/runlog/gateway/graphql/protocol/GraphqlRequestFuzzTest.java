package dev.runlog.gateway.graphql.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.json.JsonReader;
import dev.runlog.gateway.json.JsonWriter;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies of requests. */
final class GraphqlRequestFuzzTest {
    private static final String[] REQUESTS = {
        "{\"query\":\"{ viewer { subject } }\",\"operationName\":null,\"variables\":{\"a\":[1,2.5,{\"b\":true}]}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"subscription { runningExecutions { kind } }\"}}",
        "{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Bearer x\"}}",
        "{\"query\":\"q\",\"extensions\":{\"a\":-1.5e300}}"
    };

    @Test
    void readsOrRefusesAnyBody() {
        Fuzz.checkParser(Inputs.near(REQUESTS), text -> GraphqlRequest.of(JsonReader.readObject(text, "The body")));
    }

    /** What was read is written, as a {@code pong} sends the payload of its {@code ping}. */
    @Test
    void readsAgainWhatWasWritten() {
        Fuzz.checkParser(Inputs.near(REQUESTS), text -> {
            Map<String, Object> object = JsonReader.readObject(text, "The body");
            String written = JsonWriter.write(object).toString();

            assertThat(written.length()).isLessThan(10 * text.length() + 1000);
            assertThat(JsonWriter.write(JsonReader.readObject(written, "The body"))
                            .toString())
                    .isEqualTo(written);
        });
    }
}
