package dev.runlog.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runlog.contract.model.Ids;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.slf4j.LoggerFactory;

/** Asserts that nothing that a client sends is INTERNAL or an error in the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HostileInputTestCase {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    RunningServer server;
    String token;
    String id;

    @BeforeAll
    void start(RunningServer started) {
        server = started;
        token = server.token("hostile", "executions:read", "executions:write", "executions:cleanup", "ops", "engine");
        id = Ids.next().toString();
        assertThat(server.events(token, "{\"event\":\"started\",\"workflow\":\"w\",\"id\":\"" + id + "\"}\n")
                        .body())
                .contains("\"recorded\":1");
        log.start();
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).addAppender(log);
    }

    @AfterAll
    void stop() {
        ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).detachAppender(log);
    }

    void assertNotInternal(String request, HttpResponse<String> answer) {
        SoftAssertions.assertSoftly(all -> assertNotInternal(all, request, answer));
    }

    void assertNotInternal(SoftAssertions all, String request, HttpResponse<String> answer) {
        List<String> errors = log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
        log.list.clear();
        all.assertThat(answer.body()).as(request).doesNotContain("INTERNAL");
        all.assertThat(answer.statusCode()).as(request).isLessThan(500);
        all.assertThat(errors).as(request).isEmpty();
    }

    HttpResponse<String> post(String body) {
        return server.send(server.request("/graphql", token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                json.append('\\');
            }
            json.append((char) c);
        });
        return json.append('"').toString();
    }
}
