package dev.runlog.app;

import dev.runlog.app.database.DatabaseStart;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code runlog migrate}. */
@Command(
        name = "migrate",
        mixinStandardHelpOptions = true,
        description = "Migrates the database to the schema of this version, as serve does when it starts.")
final class MigrateCommand implements Callable<Integer> {
    @Mixin
    private ConfigOption config;

    MigrateCommand() {
        config = new ConfigOption();
    }

    @Override
    public Integer call() {
        try (DatabaseStart database = DatabaseStart.begin(config.load())) {
            int applied = database.await().migrations();
            System.out.println(applied == 0 ? "The database is up to date." : "Migrations applied: " + applied + ".");
        }
        return 0;
    }
}
