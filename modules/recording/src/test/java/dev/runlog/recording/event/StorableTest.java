package dev.runlog.recording.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.recording.redaction.Redaction;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StorableTest {
    private final Storable<ExecutionPart> parts =
            new Storable<>(new Redaction(List.of(), List.of("*password"), true), 3, ExecutionPart.class);

    @Test
    void replacesUnstorableCharactersAndNeverSplitsACharacter() {
        String text = parts.text("a\u0000b\uD800c\uDC00\uD83D\uDE00", 7, ExecutionPart.ERROR_MESSAGE);

        assertThat(text).isEqualTo("a\uFFFDb\uFFFDc\uFFFD");
        assertThat(parts.sanitized()).containsExactly(ExecutionPart.ERROR_MESSAGE);
        assertThat(parts.truncated()).containsExactly(ExecutionPart.ERROR_MESSAGE);
    }

    @Test
    void redactsBeforeItCuts() {
        assertThat(parts.text("password=hunter2", 12, ExecutionPart.ERROR_MESSAGE))
                .isEqualTo("password=[re");
        assertThat(parts.secrets()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"\\ud800\"', '\"\\ufffd\"'",
        "'\"\\udc00x\"', '\"\\ufffdx\"'",
        "'\"\\ud83d\\ude00\"', '\"\\ud83d\\ude00\"'",
        "'\"\\\\ud800\"', '\"\\\\ud800\"'",
        "'\"\\ud800\\ud83d\\ude00\"', '\"\\ufffd\\ud83d\\ude00\"'",
        "'\"\\u0000\"', '\"\\u0000\"'",
    })
    void replacesEscapesOfLoneSurrogates(String json, String stored) {
        assertThat(parts.json(json, 100, ExecutionPart.RESULT)).isEqualTo(stored);
        assertThat(parts.sanitized().isEmpty()).isEqualTo(json.equals(stored));
    }

    @Test
    void keepsTheFirstCharactersOfOversizedOrDeepJson() {
        assertThat(parts.json("{\"a\":\"äöü\"}", 11, ExecutionPart.RESULT)).isEqualTo("\"{\\\"a\\\":\\\"\"");
        assertThat(parts.json("[[[[1]]]]", 100, ExecutionPart.PAYLOAD)).isEqualTo("\"[[[[1]]]]\"");
        assertThat(parts.json("[\"[[[[\",[[1]]]", 100, ExecutionPart.ERROR_DETAILS))
                .isEqualTo("[\"[[[[\",[[1]]]");
        assertThat(parts.truncated()).containsExactly(ExecutionPart.PAYLOAD, ExecutionPart.RESULT);
    }

    @Test
    void redactsDeepJsonAsText() {
        assertThat(parts.json("[[[{\"password\":\"x\"}]]]", 100, ExecutionPart.RESULT))
                .isEqualTo("\"[[[{\\\"password\\\":\\\"[redacted]\\\"}]]]\"");
    }
}
