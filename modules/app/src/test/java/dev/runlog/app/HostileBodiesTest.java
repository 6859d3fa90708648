package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Malformed, deep and long requests, and hostile events: none is INTERNAL or an error in the log. */
@ServerTest
final class HostileBodiesTest extends HostileInputTestCase {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\uFEFF{\"query\":\"{ viewer { subject } }\"}",
                "{\"query\":\"{ viewer { subject } }\",\"query\":1}",
                "{\"query\":\"{ viewer { subject } }\",\"variables\":[]}",
                "{\"query\":{\"a\":1}}",
                "{\"query\":\"\"}",
                "{\"query\":\"{ viewer { subject } }\",\"operationName\":\"\\u0000\"}",
                "{\"query\":\"\\ud800\"}",
                "{\"query\":\"{ executions(first: 1e9999) { nodes { id } } }\"}",
                "{\"query\":\"{ executions(filter: {labels: {a: 1e99999999999}}) { nodes { id } } }\"}",
                "{\"query\":\"query($a: Int = 1e9999) { executions(first: $a) { nodes { id } } }\"}",
                "{\"query\":\"query($a: Foo) { viewer { subject } }\"}",
                "{\"query\":\"query($a: [[[[Int]]]] = [[[[1e99]]]]) { viewer { subject } }\"}",
                "{\"query\":\"subscription { executionUpdated(id: 1) { kind } }\"}",
                "[]",
                "1e9999",
                "{\"query\":\"{ viewer { subject } }\",\"variables\":{\"a\":1" + "}}",
            })
    void rejectsMalformedRequests(String body) {
        assertNotInternal(body, post(body));
    }

    @Test
    void rejectsDeepQueries() {
        for (String unit : List.of("{a", "{a(a:[", "{a(a:{a:", "{...on Query", "{a@a(a:[")) {
            String query = unit.repeat(2000);
            assertNotInternal(
                    query.substring(0, 50),
                    post("{\"query\":" + quoted(query.substring(0, Math.min(query.length(), 18_000))) + "}"));
        }
        String nested = "[".repeat(5000) + "]".repeat(5000);
        assertNotInternal(
                "nested", post("{\"query\":\"{ viewer { subject } }\",\"variables\":{\"x\":" + nested + "}}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"payload\":1e9999",
                "\"payload\":[1e99999999999,\"\\u0041\"]",
                "\"payload\":\"\\ud800\"",
                "\"payload\":\"\\u0000\"",
                "\"startedAt\":\"2026-11-24T04:26:10\"",
                "\"startedAt\":\"9999-12-31T23:59:59-18:00\"",
                "\"startedAt\":\"-999999999-01-01T00:00:00Z\"",
                "\"startedAt\":\"0001-01-01T00:00:00Z\"",
                "\"heartbeatTimeout\":\"PT9223372036854775807S\"",
                "\"heartbeatTimeout\":\"P106751991167300D\"",
                "\"attempt\":1e9999",
                "\"attempt\":99999999999999999999",
                "\"labels\":{\"a\\u0000\":\"\\ud800\"}",
                "\"trigger\":\"\\u0000\"",
                "\"parentId\":\"ffffffff-ffff-ffff-ffff-ffffffffffff\"",
                "\"workflowId\":\"\\u0000\"",
                "\"owner\":\"\\u0000\"",
                "\"owner\":\"\\ud800\"",
            })
    void rejectsOrRecordsHostileEvents(String member) {
        String line = "{\"event\":\"started\",\"workflow\":\"w\"," + member + "}\n";

        assertNotInternal(line, server.events(token, line));
    }

    @Test
    void rejectsLongValuesQuickly() {
        String word = "a".repeat(900_000);

        HttpResponse<String> answer = post("{\"query\":\"query($x: [ExecutionStatus!]) { executions(status: $x) "
                + "{ totalCount } }\",\"variables\":{\"x\":[\"" + word + "\"]}}");
        HttpResponse<String> field = post("{\"query\":\"{ " + "a".repeat(19_000) + " }\"}");

        assertNotInternal("long enum value", answer);
        assertThat(answer.body()).contains("BAD_INPUT").hasSizeLessThan(2000);
        assertThat(field.body()).contains("BAD_INPUT").hasSizeLessThan(2000);
    }

    @Test
    void reportsWhatIsMissingInATimestamp() {
        assertThat(server.events(
                                token,
                                "{\"event\":\"started\",\"workflow\":\"w\",\"startedAt\":\"2026-11-24T04:26:10\"}\n")
                        .body())
                .contains("has no time with a UTC offset");
        assertThat(server.events(
                                token,
                                "{\"event\":\"started\",\"workflow\":\"w\",\"startedAt\":\"2001-11-24T04:26:10Z\"}\n")
                        .body())
                .contains("recording.start-age-max");
    }
}
