package dev.runlog.gateway.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Bodies of requests, and the values that their fields take. */
final class RequestReaderFuzzTest {
    private static final String[] REQUESTS = {
        "{\"query\":\"{ viewer { subject } }\",\"operationName\":null,\"variables\":{\"a\":[1,2.5,{\"b\":true}]}}",
        "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{\"query\":\"subscription { runningExecutions { kind } }\"}}",
        "{\"type\":\"connection_init\",\"payload\":{\"Authorization\":\"Bearer x\"}}",
        "{\"query\":\"q\",\"extensions\":{\"a\":-1.5e300}}"
    };

    @Test
    void readsOrRefusesAnyBody() {
        Fuzz.checkParser(
                Inputs.near(REQUESTS), text -> RequestReader.toRequest(RequestReader.readObject(text, "The body")));
    }

    /** What was read is written, as a {@code pong} sends the payload of its {@code ping}. */
    @Test
    void readsAgainWhatWasWritten() {
        Fuzz.checkParser(Inputs.near(REQUESTS), text -> {
            Map<String, Object> object = RequestReader.readObject(text, "The body");
            String written = ResponseWriter.write(object).toString();

            assertThat(written.length()).isLessThan(10 * text.length() + 1000);
            assertThat(ResponseWriter.write(RequestReader.readObject(written, "The body"))
                            .toString())
                    .isEqualTo(written);
        });
    }

    @Test
    void takesOrRefusesAnyValue() {
        Fuzz.checkParser(Inputs.near(REQUESTS), text -> {
            Arguments arguments = new Arguments(Map.of("value", RequestReader.readObject(text, "The body")));
            String json = arguments.jsonOrNull("value");

            assertThat(json).hasSizeLessThan(10 * text.length() + 1000);
            Fuzz.accepts(() -> arguments.labels("value"));
        });
    }

    @Test
    void takesUuidsOnlyForIds() {
        Fuzz.check(
                Inputs.near("01a20f8e-6a43-7000-8000-000000000001", "01A20F8E-6A43-7000-8000-00000000000F"), text -> {
                    if (Fuzz.accepts(() -> Arguments.toId(text))) {
                        assertThat(Arguments.toId(text).toString()).isEqualToIgnoringCase(text);
                    }
                });
    }
}
