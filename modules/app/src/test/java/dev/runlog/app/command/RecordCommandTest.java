package dev.runlog.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class RecordCommandTest {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/events", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            lines.addAll(body.lines().toList());
            byte[] answer = "{\"recorded\":1,\"duplicates\":0,\"rejected\":[]}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void recordsASuccessWithTheEndOfItsOutput() {
        int code = record("sh", "-c", "echo one; echo two >&2");

        assertThat(code).isZero();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .contains(
                        "\"event\":\"started\"",
                        "\"workflow\":\"backup\"",
                        "\"host\":",
                        "\"command\":[\"sh\"",
                        "\"env\":\"test\"");
        assertThat(lines.get(1)).contains("\"status\":\"SUCCESS\"", "\"exitCode\":0", "one", "two");
    }

    @Test
    void recordsAFailureAndKeepsItsExitCode() {
        assertThat(record("sh", "-c", "echo broken; exit 3")).isEqualTo(3);
        assertThat(lines.get(1))
                .contains("\"status\":\"FAILED\"", "\"exitCode\":3", "The command ended with 3: broken");
    }

    @Test
    void recordsThatACommandIsNotThere() {
        assertThat(record("no-such-command-anywhere")).isEqualTo(127);
        assertThat(lines.get(1)).contains("\"status\":\"FAILED\"", "CommandNotFound");
    }

    @Test
    void keepsTheLastLinesOfMuchOutput() {
        record("sh", "-c", "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");

        assertThat(lines.get(1)).contains("line 4999", "line 4950").doesNotContain("line 4949\"");
        assertThat(lines.get(1).length()).isLessThan(20_000);
    }

    @Test
    void runsTheCommandWhereTheServerIsAway() {
        server.stop(0);

        assertThat(record("sh", "-c", "exit 4")).isEqualTo(4);
        assertThat(lines).isEmpty();
    }

    private int record(String... command) {
        CommandLine line = new CommandLine(new RecordCommand());
        String[] arguments = new String[8 + command.length];
        String[] options = {
            "--url",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            "--token",
            "t",
            "--workflow",
            "backup",
            "--label=env=test",
            "--"
        };
        System.arraycopy(options, 0, arguments, 0, options.length);
        System.arraycopy(command, 0, arguments, options.length, command.length);
        return line.execute(arguments);
    }
}
