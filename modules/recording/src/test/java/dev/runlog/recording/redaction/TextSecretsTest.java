package dev.runlog.recording.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextSecretsTest {
    private static final String JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl-_x";

    private final TextSecrets secrets = new TextSecrets(new SecretNames(List.of(
            "*password", "*token", "*apikey", "*secret", "*authorization", "cookie", "pass", "sshpass", "sig")));

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
                "{\"secret\":{\"a\":\"}hunter2\"},\"n\":1}|{\"secret\":[redacted],\"n\":1}",
                "Config[password=[hunter2, hunter3], n=1]|Config[password=[redacted], n=1]",
                "mysqldump --password hunter2 --all|mysqldump --password [redacted] --all",
                "tool --api-key 'hunter 2' x|tool --api-key '[redacted]' x",
                "Command \"tool --client-secret hunter2\" failed|Command \"tool --client-secret [redacted]\" failed",
                "tool -password hunter2|tool -password [redacted]",
                "Connect-It -Password hunter2 -Force|Connect-It -Password [redacted] -Force",
                "sshpass -p hunter2 ssh host|sshpass -p [redacted] ssh host",
                "docker login -u me -p hunter2 registry|docker login -u me -p [redacted] registry",
                "mysql -uroot -phunter2 shop|mysql -uroot -p[redacted] shop",
                "curl -u me:hunter2 https://example.com|curl -u me:[redacted] https://example.com",
                "curl --user me:hunter2 https://example.com|curl --user me:[redacted] https://example.com",
                "curl --user=me:hunter https://example.com|curl --user=me:[redacted] https://example.com",
                "curl -ume:hunter https://example.com|curl -ume:[redacted] https://example.com",
                "curl --proxy-user 'me:hunter 2' x|curl --proxy-user 'me:[redacted] 2' x",
                "curl -u \"$USER:hunter2\" x|curl -u \"$USER:[redacted]\" x",
                "failed with options -u me:hunter2|failed with options -u me:[redacted]",
                "http -a me:hunter example.com|http -a me:[redacted] example.com",
                "mysql -phunter2|mysql -p[redacted]",
                "mysql -h db -u root -p'hunter 2' shop|mysql -h db -u root -p'[redacted]' shop",
                "redis-cli -h db -a hunter2 PING|redis-cli -h db -a [redacted] PING",
                "ldapsearch -D cn=x -w hunter2 -b y|ldapsearch -D cn=x -w [redacted] -b y",
                "sqlcmd -U sa -P hunter2|sqlcmd -U sa -P [redacted]",
                "plink -pw hunter2 host|plink -pw [redacted] host",
                "SSHPASS=hunter2 sshpass -e ssh host|SSHPASS=[redacted] sshpass -e ssh host",
                "--password=${PASSWORD:-hunter2}|--password=[redacted]}",
                "<password>hunter2</password>|<password>[redacted]</password>",
                "<ns:Password type=\"text\">hunter 2</ns:Password>|<ns:Password type=\"text\">[redacted]</ns:Password>",
                "<password><![CDATA[hunter<2]]></password>|<password><![CDATA[[redacted]]]></password>",
                "&lt;apiKey&gt;hunter2&lt;/apiKey&gt;|&lt;apiKey&gt;[redacted]&lt;/apiKey&gt;",
                "<property name=\"db.password\" value=\"hunter2\"/>|<property name=\"db.password\" value=\"[redacted]\"/>",
                "<add value='hunter2' key='ApiKey' />|<add value='[redacted]' key='ApiKey' />",
                "<entry key=\"password\">hunter2</entry>|<entry key=\"password\">[redacted]</entry>",
                "ALTER USER me WITH PASSWORD 'hunter2'|ALTER USER me WITH PASSWORD '[redacted]'",
                "alter role me encrypted password 'it''s' valid until 'x'|alter role me encrypted password '[redacted]' valid until 'x'",
                "SET PASSWORD FOR me = PASSWORD('hunter2')|SET PASSWORD FOR me = PASSWORD('[redacted]')",
                "CREATE USER me IDENTIFIED BY 'hunter2'|CREATE USER me IDENTIFIED BY '[redacted]'",
                "create user me identified by \"hunter2\"|create user me identified by \"[redacted]\"",
                "near 'IDENTIFIED WITH sha256 BY 'hunter2''|near 'IDENTIFIED WITH sha256 BY '[redacted]''",
                "ALTER USER me IDENTIFIED BY hunter;|ALTER USER me IDENTIFIED BY [redacted];",
                "password -> hunter|password -> [redacted]",
                "password => hunter|password => [redacted]",
                "'password' -> 'hunter2'|'password' -> '[redacted]'",
                "Map(user -> me, token -> abc123)|Map(user -> me, token -> [redacted])",
                "pass=123456|pass=[redacted]",
                "Command '['tool', '--password', 'hunter2']' failed|Command '['tool', '--password', '[redacted]']' failed",
                "password=>hunter2|password=>[redacted]",
                "{:password=>\"hunter2\", :n=>1}|{:password=>\"[redacted]\", :n=>1}",
                "['password' => 'hunter2']|['password' => '[redacted]']",
                "[password] => hunter 2|[password] => [redacted]",
                "$config['password'] = 'hunter2';|$config['password'] = '[redacted]';",
                "password := hunter2|password := [redacted]",
                "token := \"hunter2\"|token := \"[redacted]\"",
                "password    = hunter2|password    = [redacted]",
                "{u'password': u'hunter2', u'n': 1}|{u'password': u'[redacted]', u'n': 1}",
                "{'password': b'hunter2'}|{'password': b'[redacted]'}",
                "password1=hunter2|password1=[redacted]",
                "{'password_2': 'hunter2'}|{'password_2': '[redacted]'}",
                "[('Authorization', 'hunter2'), ('a', 'b')]|[('Authorization', '[redacted]'), ('a', 'b')]",
                "setRequestHeader(\"X-Api-Key\", \"hunter2\")|setRequestHeader(\"X-Api-Key\", \"[redacted]\")",
                "jdbc:oracle:thin:scott/tiger@db:1521/x|jdbc:oracle:thin:scott/[redacted]@db:1521/x",
                "jdbc:oracle:oci:scott/ti@ger@//db:1521/x|jdbc:oracle:oci:scott/[redacted]@//db:1521/x",
                "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXX|https://hooks.slack.com/services/[redacted]",
                "https://discord.com/api/webhooks/123/a-b_c now|https://discord.com/api/webhooks/[redacted] now",
                "https://api.telegram.org/bot123:AbC/sendMessage|https://api.telegram.org/bot[redacted]",
                "https://me.webhook.office.com/webhookb2/a1@b/c|https://me.webhook.office.com/webhookb2/[redacted]",
                "ya29.a0AfH6SMBx-1234567890_abcdefghij|[redacted]",
                "hvs.CAESIJ1234567890abcdefghij|[redacted]",
                "GOCSPX-1234567890abcdefghijklmn|[redacted]",
            })
    void replacesOnlySecrets(String text, String redacted) {
        RedactedText found = secrets.redact(text);

        assertThat(found.text()).isEqualTo(redacted);
        assertThat(found.count()).isEqualTo(1);
        assertThat(secrets.redact(redacted).count()).as("again").isZero();
        assertThat(secrets.mayOccurIn(Redaction.quoted(text))).isTrue();
    }

    @Test
    void replacesSeveralSecrets() {
        String text = "a " + JWT + ", b " + JWT + "\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n"
                + "-----END RSA PRIVATE KEY-----\nrest";

        RedactedText found = secrets.redact(text);

        assertThat(found.text()).isEqualTo("a [redacted], b [redacted]\n[redacted]\nrest");
        assertThat(found.count()).isEqualTo(3);
    }

    @Test
    void replacesATruncatedPrivateKey() {
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
                "the option --password is required, and --token must be set",
                "usage: tool [--password <password>] [--token] -p",
                "mkdir -p build && ssh -p 22 host && docker run -p 8080:80 -u 1000:1000 image",
                "a list - token by token - and well-known-token words",
                "tool --no-password now, tool --password-file secrets.txt",
                "tokens.map(token => token.length) and (secret => hash(secret))",
                "INSERT INTO users (\"password\", \"email\", \"name\")",
                "('id', 'token'), ('name', 'cookie')",
                "log.info(\"token={} password=[]\", token, password)",
                "version ya29.1 and 1.29.3, https://hooks.slack.com/services/, https://api.telegram.org/",
                "jdbc:oracle:thin:@db:1521/x, actions/checkout@v4, jdbc:oracle:thin:@//db/x",
                "killed by sig: 11, sig=9",
                "tests: pass=12 fail=0, token=3",
                "password=$PASSWORD password: \"${db.password}\" token=${{ secrets.TOKEN }} password={{ vault_password }}",
                "set password=%PASSWORD% && tool --password $PASSWORD --token \"$TOKEN\" -Password $env:secret",
                "password=$(cat /run/secret)",
                "curl -u \"$USER:$PASSWORD\" x, curl -u me: x",
                "docker run --user 1000:1000 -u app1:app2 x",
                "tokens.map(token => token) and users.forEach(password -> check(password))",
                "creds->password, password->length, fn secret() -> String, Token -> Session",
                "List<Token> tokens, <password/> and <password></password>, usage: tool <password> [<token>]",
                "the node identified by 'n1' and by name, IDENTIFIED BY VALUES",
                "Unexpected token 'x', expected 'password ' + name, parameter 'password' is missing",
                "sha256: 5d41402abc4b2a76b9719d911017c592, utf8=1, step1=ok",
            })
    void keepsTextThatOnlyLooksLikeASecret(String text) {
        assertThat(secrets.redact(text)).isEqualTo(new RedactedText(text, 0));
    }

    @Test
    void redactsOnlyTheCharactersThatAreKept() {
        String text = "password=hunter2 ".repeat(100_000);

        RedactedText kept = secrets.redact(text, 4096);

        assertThat(kept.text()).hasSizeBetween(4096, 4300).startsWith("password=[redacted] password=[redacted]");
        assertThat(kept.count()).isBetween(4096 / 20, 4300 / 20);
    }
}
