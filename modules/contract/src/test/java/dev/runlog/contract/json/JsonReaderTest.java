package dev.runlog.contract.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class JsonReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Infinity | Non-standard token 'Infinity'",
                "[[[[ | Document nesting depth (4) exceeds the maximum allowed (3)",
            })
    void givesTheReasonWithoutSettingsOfTheLibrary(String text, String reason) throws Exception {
        JsonFactory json = JsonFactory.builder()
                .streamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(3).build())
                .build();
        try (JsonParser parser = json.createParser(text)) {
            JsonProcessingException malformed = catchThrowableOfType(JsonProcessingException.class, () -> {
                while (parser.nextToken() != null) {
                    assertThat(parser.currentToken()).isNotNull();
                }
            });

            assertThat(JsonReader.reason(malformed)).isEqualTo(reason);
        }
    }
}
