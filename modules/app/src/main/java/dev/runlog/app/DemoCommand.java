package dev.runlog.app;

import dev.runlog.app.config.RunlogConfig;
import dev.runlog.app.server.DevelopmentToken;
import dev.runlog.app.server.Server;
import dev.runlog.client.Recorder;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code runlog demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts the server as serve does, and keeps a few sample workflows running.",
            "They do real work: they check this server's health, count files, parse numbers of which some are none, "
                    + "and hash a directory step by step. They are recorded over HTTP, as yours would be."
        })
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config;

    DemoCommand() {
        config = new ConfigOption();
    }

    @Override
    public Integer call() {
        RunlogConfig loaded = config.load();
        ServeCommand.start(loaded, server -> {
            DemoWorkflows workflows = workflows(server, loaded);
            workflows.start();
            return workflows::stop;
        });
        System.out.println();
        System.out.println("Sample workflows run: " + String.join(", ", DemoWorkflows.NAMES) + ". Ctrl+C stops all.");
        System.out.flush();
        return ServeCommand.KEEPS_RUNNING;
    }

    private static DemoWorkflows workflows(Server server, RunlogConfig config) {
        String token = DevelopmentToken.sign(
                config, "developer", List.of("executions:read", "executions:write"), Duration.ofDays(30));
        URI url = URI.create(server.url());
        return new DemoWorkflows(Recorder.to(url, token).build(), url, config.dataDirectory());
    }
}
