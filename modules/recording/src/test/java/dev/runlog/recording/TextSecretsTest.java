package dev.runlog.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextSecretsTest {
    private static final String JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl-_x";

    private final TextSecrets secrets = new TextSecrets(
            new SecretNames(List.of("*password", "*token", "*apikey", "*secret", "*authorization", "cookie")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\1',
            value = {
                "Bearer abc123def|Bearer [redacted]",
                "got 401 for bearer  s3cr3t-t0ken.x/y+z== now|got 401 for bearer  [redacted] now",
                "Basic dXNlcjpwYXNzd29yZA==|Basic [redacted]",
                "jdbc:postgresql://app:hunter2@db:5432/x|jdbc:postgresql://app:[redacted]@db:5432/x",
                "redis://:hunter2@cache/0|redis://:[redacted]@cache/0",
                "postgres://app:p@ss:w0rd@db/x|postgres://app:[redacted]@db/x",
                "postgres://app:hun/ter2@db/x|postgres://app:[redacted]@db/x",
                "https://0123456789abcdef0123456789abcdef01234567@git.example.com/r|https://[redacted]@git.example.com/r",
                "key AKIAIOSFODNN7EXAMPLE.|key [redacted].",
                "(ghp_0123456789abcdefghijABCDEFGHIJ012345)|([redacted])",
                "github_pat_11ABCDEFG0123456789_abcdefghij|[redacted]",
                "sk_live_4eC39HqLyjWDarjtT1zdp7dc|[redacted]",
                "use sk-proj-abcd1234efgh5678ijkl here|use [redacted] here",
                "xoxb-123456789012-abcdefABCDEF|[redacted]",
                "glpat-abcDEF123456789012345|[redacted]",
                "AIzaSyA1234567890abcdefghijklmnopqrstuv|[redacted]",
                "login with password=hunter2 failed|login with password=[redacted] failed",
                "Server=db;User Id=app;Password=hunter 2;|Server=db;User Id=app;Password=[redacted] 2;",
                "db_password = 'hunter 2'|db_password = '[redacted]'",
                "GET /x?api_key=abc&page=2|GET /x?api_key=[redacted]&page=2",
                "--client-secret=abc --force|--client-secret=[redacted] --force",
                "user[password]=hunter2&x=1|user[password]=[redacted]&x=1",
                "password: hunter2|password: [redacted]",
                "Authorization: Digest username=\"x\"|Authorization: [redacted]\"x\"",
                "{\"password\": \"hunt\\\"er2\", \"n\": 1}|{\"password\": \"[redacted]\", \"n\": 1}",
                "{'access_token': 'abc', 'n': 1}|{'access_token': '[redacted]', 'n': 1}",
                "body: {\\\"Password\\\":\\\"hunter2\\\",\\\"n\\\":1}|body: {\\\"Password\\\":\\\"[redacted]\\\",\\\"n\\\":1}",
                "{\"secret\":{\"a\":[1]},\"n\":1}|{\"secret\":[redacted],\"n\":1}",
            })
    void replacesSecretsOnly(String text, String redacted) {
        TextSecrets.Redacted found = secrets.redact(text);

        assertThat(found.text()).isEqualTo(redacted);
        assertThat(found.count()).isEqualTo(1);
        assertThat(secrets.redact(redacted).count()).as("again").isZero();
        assertThat(secrets.mayOccurIn(Redaction.quoted(text))).isTrue();
    }

    @Test
    void replacesEachOfSeveral() {
        String text = "a " + JWT + ", b " + JWT + "\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n"
                + "-----END RSA PRIVATE KEY-----\nrest";

        TextSecrets.Redacted found = secrets.redact(text);

        assertThat(found.text()).isEqualTo("a [redacted], b [redacted]\n[redacted]\nrest");
        assertThat(found.count()).isEqualTo(3);
    }

    @Test
    void replacesAPrivateKeyThatWasCut() {
        assertThat(secrets.redact("x -----BEGIN PRIVATE KEY-----\nMIIE").text()).isEqualTo("x [redacted]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unexpected token: } in JSON at position 4",
                "the bearer of bad news",
                "bearer authentication failed",
                "Basic authentication is off",
                "password=null, token=None, secret: true",
                "if (token == null) return;",
                "http://example.com:8080/a@b and ssh://git@example.com/x",
                "at com.example.Token.read(Token.java:12)",
                "tokens=512 max_tokens: 4096",
                "Token::new",
                "task-sk-is-a-name-with-many-words-in-it",
                "eyJust.two.x",
                "018f1e2a-7c3b-7def-8abc-0123456789ab",
                "2026-11-24T04:26:10.123Z",
                "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----",
            })
    void keepsWhatOnlyLooksLikeOne(String text) {
        assertThat(secrets.redact(text)).isEqualTo(new TextSecrets.Redacted(text, 0));
    }

    static Stream<String> hostile() {
        return Stream.of(
                        "sk-",
                        "eyJ",
                        "eyJaaaaaaaa.",
                        "://a:b",
                        "://a:b/",
                        "password=",
                        "password=null ",
                        "password=\"",
                        "\"password\":{",
                        "\"password\":\"\\",
                        "-----BEGIN PRIVATE",
                        "-----BEGIN PRIVATE KEY",
                        "Bearer ",
                        "Basic aaaa",
                        "nnnnnnnnnnnnnnnn=",
                        "token",
                        "AKIA",
                        "\\",
                        "\\u",
                        "\"",
                        ":",
                        "Authorization: [redacted] ",
                        "\"password\":\\\"[redacted] ",
                        "://a:b/c/",
                        "[redacted]")
                .map(part -> part.repeat(2_000_000 / part.length()));
    }

    /** Far less than the hours that time proportional to the square of the length would be. */
    @ParameterizedTest
    @MethodSource("hostile")
    void takesTimeProportionalToAnyText(String text) {
        assertThat(text.length()).isGreaterThan(1_900_000);

        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            secrets.redact(text);
            secrets.mayOccurIn(text);
            TextRules.storableJson(text);
            JsonShape.isDeeper(text, 10);
        });
    }
}
