package dev.runlog.app;

import dev.runlog.app.config.Logging;
import dev.runlog.app.config.RunlogConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The configuration of a command that is a server or acts as one. */
final class ConfigOption {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A YAML file with what differs from the defaults; see config/runlog.yaml for all keys.")
    private @Nullable Path file;

    RunlogConfig load() {
        RunlogConfig config = RunlogConfig.load(file, System.getenv());
        Logging.configure(config.log());
        return config;
    }
}
