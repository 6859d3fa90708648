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
            "Starts the server like serve, and runs a few sample workflows.",
            "They check the health of this server, count files, parse numbers (some are invalid) and hash a file in "
                    + "steps. They are recorded over HTTP, like your own workflows."
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
        System.out.println("Sample workflows: " + String.join(", ", DemoWorkflows.NAMES) + ". Press Ctrl+C to stop.");
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
