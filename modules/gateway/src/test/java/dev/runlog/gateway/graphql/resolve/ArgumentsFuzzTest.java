package dev.runlog.gateway.graphql.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.json.JsonReader;
import dev.runlog.contract.model.Ids;
import dev.runlog.testing.fuzz.Fuzz;
import dev.runlog.testing.fuzz.Inputs;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Values of arguments. */
final class ArgumentsFuzzTest {
    private static final String[] OBJECTS = {
        "{\"a\":[1,2.5,{\"b\":true}],\"c\":null,\"d\":\"text\"}",
        "{\"env\":\"prod\",\"region\":\"eu\"}",
        "{\"a\":-1.5e300}"
    };

    @Test
    void takesOrRefusesAnyValue() {
        Fuzz.checkParser(Inputs.near(OBJECTS), text -> {
            Arguments arguments = new Arguments(Map.of("value", JsonReader.readObject(text, "The body")));
            String json = arguments.jsonOrNull("value");

            assertThat(json).hasSizeLessThan(10 * text.length() + 1000);
            Fuzz.accepts(() -> arguments.labels("value"));
        });
    }

    @Test
    void takesUuidsOnlyForIds() {
        Fuzz.check(
                Inputs.near("01a20f8e-6a43-7000-8000-000000000001", "01A20F8E-6A43-7000-8000-00000000000F"), text -> {
                    if (Fuzz.accepts(() -> Ids.parse(text, "id"))) {
                        assertThat(Ids.parse(text, "id").toString()).isEqualToIgnoringCase(text);
                    }
                });
    }
}
