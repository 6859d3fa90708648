package dev.runlog.app.command.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class RecordCommandTest {
    private EventsEndpoint server;

    @BeforeEach
    void listen() throws IOException {
        server = new EventsEndpoint();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void recordsASuccessWithTheEndOfItsOutput() {
        int code = record("sh", "-c", "echo one; echo two >&2");

        assertThat(code).isZero();
        assertThat(server.lines()).hasSize(2);
        assertThat(server.lines().get(0))
                .contains(
                        "\"event\":\"started\"",
                        "\"workflow\":\"backup\"",
                        "\"host\":",
                        "\"command\":[\"sh\"",
                        "\"env\":\"test\"");
        assertThat(server.lines().get(1)).contains("\"status\":\"SUCCESS\"", "\"exitCode\":0", "one", "two");
    }

    @Test
    void recordsAFailureAndKeepsItsExitCode() {
        assertThat(record("sh", "-c", "echo broken; exit 3")).isEqualTo(3);
        assertThat(server.lines().get(1)).contains("\"status\":\"FAILED\"", "\"exitCode\":3", "Exit code 3: broken");
    }

    @Test
    void recordsThatACommandIsNotThere() {
        assertThat(record("no-such-command-anywhere")).isEqualTo(127);
        assertThat(server.lines().get(1)).contains("\"status\":\"FAILED\"", "CommandNotFound");
    }

    @Test
    void keepsTheLastLinesOfMuchOutput() {
        record("sh", "-c", "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");

        assertThat(server.lines().get(1)).contains("line 4999", "line 4950").doesNotContain("line 4949\"");
        assertThat(server.lines().get(1).length()).isLessThan(20_000);
    }

    @Test
    void runsTheCommandIfTheServerIsUnavailable() {
        server.close();

        assertThat(record("sh", "-c", "exit 4")).isEqualTo(4);
        assertThat(server.lines()).isEmpty();
    }

    @Test
    void recordsUnderTheCallersOwnId() {
        int code = record(
                List.of(
                        "--external-id=backup-2026-01-02",
                        "--source=cron",
                        "--parent-external-id=nightly",
                        "--retry-of-external-id=backup-2026-01-01",
                        "--workflow-name=Nightly backup"),
                "true");

        assertThat(code).isZero();
        assertThat(server.lines()).hasSize(2);
        assertThat(server.lines())
                .allMatch(line -> line.contains("\"externalId\":\"backup-2026-01-02\",\"source\":\"cron\""))
                .noneMatch(line -> line.contains("\"id\":"));
        assertThat(server.lines().get(0))
                .contains(
                        "\"parentExternalId\":\"nightly\"",
                        "\"retryOfExternalId\":\"backup-2026-01-01\"",
                        "\"workflowName\":\"Nightly backup\"",
                        "\"startedAt\":");
    }

    private int record(String... command) {
        return record(List.of("--label=env=test"), command);
    }

    private int record(List<String> options, String... command) {
        List<String> arguments =
                new ArrayList<>(List.of("--url", server.url(), "--token", "t", "--workflow", "backup"));
        arguments.addAll(options);
        arguments.add("--");
        arguments.addAll(List.of(command));
        return new CommandLine(new RecordCommand()).execute(arguments.toArray(String[]::new));
    }
}
