package dev.runlog.app;

import dev.runlog.app.config.Logging;
import dev.runlog.app.config.RunlogConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The {@code --config} option. */
final class ConfigOption {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "YAML file that overrides defaults; config/runlog.yaml documents all keys.")
    private @Nullable Path file;

    RunlogConfig load() {
        RunlogConfig config = RunlogConfig.load(file, System.getenv());
        Logging.configure(config.log());
        return config;
    }
}
