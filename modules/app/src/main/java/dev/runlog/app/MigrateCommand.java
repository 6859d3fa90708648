package dev.runlog.app;

import dev.runlog.storage.Migrations;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code runlog migrate}. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description = "Brings the database to this version's schema, as serve does when it starts.")
final class MigrateCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config;

    MigrateCommand() {
        config = new ConfigOption();
    }

    @Override
    public Integer call() {
        RunlogConfig loaded = config.load();
        if (!loaded.isEmbedded()) {
            report(Migrations.run(loaded.database().url()));
            return 0;
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(loaded.dataDirectory())) {
            report(Migrations.run(database.url()));
        }
        return 0;
    }

    private static void report(int applied) {
        System.out.println(applied == 0 ? "Nothing to do." : "Applied " + applied + " migrations.");
    }
}
