package dev.runlog.recording.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactionTest {
    private final Redaction redaction = new Redaction(
            List.of("**.card.number"),
            List.of("*password", "*token", "*secret", "*apikey", "authorization", "cookie", "пароль"),
            true);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password",
                "Password",
                "PASSWORD",
                "db_password",
                "DB-PassWord",
                "pass word",
                "spring.datasource.password",
                "client_secret",
                "clientSecret",
                "access-token",
                "apiKey",
                "X-API-Key",
                "Authorization",
                "Cookie",
                "ｐａｓｓｗｏｒｄ",
                "pass\\u200bword",
                "p\\u0061ssword",
                "ПАРОЛЬ",
            })
    void matchesNamesInAnySpelling(String name) {
        assertRedacts("{\"" + name + "\":\"x\"}", "{\"" + name + "\":\"[redacted]\"}", 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\1',
            value = {
                "{\"token\" : 512 , \"a\":1.0}|{\"token\" : \"[redacted]\" , \"a\":1.0}|1",
                "{\"token\":-1.50e+7}|{\"token\":\"[redacted]\"}|1",
                "{\"secret\":[\"a\",{\"b\":1}],\"n\":1}|{\"secret\":\"[redacted]\",\"n\":1}|1",
                "{\"secret\":{\"password\":\"a\"}}|{\"secret\":\"[redacted]\"}|1",
                "[{\"a\":{\"Password\":\"x\"}},{\"token\":\"y\"}]|[{\"a\":{\"Password\":\"[redacted]\"}},{\"token\":\"[redacted]\"}]|2",
                "{\"token\":\"a\",\"token\":\"b\"}|{\"token\":\"[redacted]\",\"token\":\"[redacted]\"}|2",
                "{\"Name\":\"Password\",\"Value\":\"v\"}|{\"Name\":\"Password\",\"Value\":\"[redacted]\"}|1",
                "[{\"name\":\"X-Api-Key\",\"value\":\"v\"},{\"name\":\"Accept\",\"value\":\"w\"}]"
                        + "|[{\"name\":\"X-Api-Key\",\"value\":\"[redacted]\"},{\"name\":\"Accept\",\"value\":\"w\"}]|1",
                "{\"value\":\"Bearer abc123\",\"key\":\"authorization\"}|{\"value\":\"[redacted]\",\"key\":\"authorization\"}|1",
                "{\"url\":\"https:\\/\\/u:p@h\\/\",\"n\":\"\\u00e9\"}|{\"url\":\"https://u:[redacted]@h/\",\"n\":\"\\u00e9\"}|1",
                "{\"body\":\"{\\\"password\\\":\\\"x\\\",\\\"n\\\":1}\"}|{\"body\":\"{\\\"password\\\":\\\"[redacted]\\\",\\\"n\\\":1}\"}|1",
                "\"Bearer abc123\"|\"Bearer [redacted]\"|1",
                "{\"headers\":[[\"Authorization\",\"x\"],[\"Accept\",\"y\"]]}"
                        + "|{\"headers\":[[\"Authorization\",\"[redacted]\"],[\"Accept\",\"y\"]]}|1",
                "[\"Authorization\",\"hunter2\"]|[\"Authorization\",\"[redacted]\"]|1",
                "[[\"token\", 512 ],[\"token\",[1,\"a\"]]]|[[\"token\", \"[redacted]\" ],[\"token\",\"[redacted]\"]]|2",
                "{\"name\":\"Authorization\",\"value\":[\"x\"]}|{\"name\":\"Authorization\",\"value\":\"[redacted]\"}|1",
                "{\"value\":{\"a\":[1]},\"key\":\"token\"}|{\"value\":\"[redacted]\",\"key\":\"token\"}|1",
                "{\"header\":\"Cookie\",\"values\":12.5}|{\"header\":\"Cookie\",\"values\":\"[redacted]\"}|1",
                "{\"ParameterKey\":\"DbPassword\",\"ParameterValue\":\"x\"}"
                        + "|{\"ParameterKey\":\"DbPassword\",\"ParameterValue\":\"[redacted]\"}|1",
                "{\"command\":[\"/usr/bin/curl\",\"-s\",\"-u\",\"me:hunter\",\"y\"]}"
                        + "|{\"command\":[\"/usr/bin/curl\",\"-s\",\"-u\",\"[redacted]\",\"y\"]}|1",
                "[\"curl\",\"--proxy-user\",\"me:x\"]|[\"curl\",\"--proxy-user\",\"[redacted]\"]|1",
                "{\"command\":[\"tool\",\"--password\",\"x\",\"y\"]}|{\"command\":[\"tool\",\"--password\",\"[redacted]\",\"y\"]}|1",
                "[\"docker\",\"login\",\"-u\",\"me\",\"-p\",\"x\",\"y\"]|[\"docker\",\"login\",\"-u\",\"me\",\"-p\",\"[redacted]\",\"y\"]|1",
                "{\"password1\":\"x\",\"password_2\":\"y\"}|{\"password1\":\"[redacted]\",\"password_2\":\"[redacted]\"}|2",
                "{\"log\":\"at work\\nBearer abc123\"}|{\"log\":\"at work\\nBearer [redacted]\"}|1",
                "{\"log\":\"tool\\t--password hunter2\"}|{\"log\":\"tool\\t--password [redacted]\"}|1",
                "{\"e\":\"('token', 'hunter2')\"}|{\"e\":\"('token', '[redacted]')\"}|1",
                "{\"u\":\"https://hooks.slack.com/services/T0/B0/x1\"}|{\"u\":\"https://hooks.slack.com/services/[redacted]\"}|1",
                "{\"u\":\"jdbc:oracle:thin:scott/tiger@db\"}|{\"u\":\"jdbc:oracle:thin:scott/[redacted]@db\"}|1",
                "{\"card\":{\"number\":4111},\"number\":1}|{\"card\":{\"number\":\"[redacted]\"},\"number\":1}|1",
            })
    void replacesOnlySecretValues(String json, String redacted, int count) {
        assertRedacts(json, redacted, count);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"tokens\":512,\"max_tokens\":4096,\"passwords_checked\":3}",
                "{\"password\":null,\"hasPassword\":true,\"secret\":false}",
                "{ \"a\" : [ 1.10 , 1e400 ] , \"u\" : \"\\u00e9\" }",
                "{\"card\":{\"Number\":1}}",
                "{\"required\":[\"password\",\"email\"],\"columns\":[\"id\",\"token\",\"name\"]}",
                "[[\"password\",\"email\",\"name\"],[\"Forgot your password\",\"Yes\"],[\"token\",null]]",
                "[\"tool\",\"--no-password\",\"x\",\"--password\",\"--force\",\"-p\",\"8080\"]",
                "{\"key\":\"token\",\"defaultValue\":\"x\",\"name\":\"a\"}",
            })
    void keepsOtherValues(String json) {
        assertThat(redaction.json(json)).isEqualTo(new RedactedJson(json, 0, true));
    }

    @Test
    void turnsInvalidJsonIntoAString() {
        RedactedJson redacted = redaction.json("{\"password\":\"x\"");

        assertThat(redacted).isEqualTo(new RedactedJson("\"{\\\"password\\\":\\\"[redacted]\\\"\"", 1, false));
    }

    @Test
    void checksOnlyNamesIfTextsAreOff() {
        Redaction namesOnly = new Redaction(List.of(), List.of("*password"), false);

        assertThat(namesOnly
                        .json("{\"password\":\"x\",\"h\":\"Bearer abc123\"}")
                        .json())
                .isEqualTo("{\"password\":\"[redacted]\",\"h\":\"Bearer abc123\"}");
        assertThat(namesOnly.value("DB-Password", "x", 100).text()).isEqualTo("[redacted]");
        assertThat(namesOnly.value("note", "Bearer abc123", 100).text()).isEqualTo("Bearer abc123");
    }

    private void assertRedacts(String json, String redacted, int count) {
        assertThat(redaction.json(json)).isEqualTo(new RedactedJson(redacted, count, true));
    }
}
