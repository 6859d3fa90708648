package dev.runlog.bench.database;

import dev.runlog.bench.support.Progress;
import dev.runlog.storage.db.Migrations;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/** Databases with a data set. Their comment describes it, which identifies a kept database. */
public final class Databases {
    private Databases() {}

    /** Returns the database for a data set: a kept one if possible, otherwise a newly loaded one. */
    public static Postgres loaded(Postgres database, DataSet set) {
        return find(database, set) == null ? load(database, set) : database;
    }

    /** Returns the matching data set of a kept database; null if there is none with this schema. */
    public static @Nullable DataSet find(Postgres database, DataSet wanted) {
        String comment = database.named("postgres")
                .get("SELECT max(shobj_description(oid, 'pg_database')) FROM pg_database WHERE datname = '"
                        + database.name() + "'");
        if (!comment.startsWith(sizes(wanted))) {
            return null;
        }
        try {
            if (Migrations.run(database.url()) > 0) {
                Progress.say("%s has an older schema", database.name());
                return null;
            }
        } catch (FlywayException changed) {
            Progress.say("%s has another schema", database.name());
            return null;
        }
        Progress.say("using the kept database %s", database.name());
        return new DataSet(
                wanted.executions(),
                wanted.workflows(),
                wanted.owners(),
                wanted.days(),
                wanted.running(),
                Long.parseLong(comment.substring(comment.lastIndexOf(' ') + 1)));
    }

    public static Postgres load(Postgres database, DataSet set) {
        Progress.say("loading %,d executions into %s", set.executions(), database.name());
        long began = System.nanoTime();
        Postgres server = database.named("postgres");
        server.execute("DROP DATABASE IF EXISTS " + database.name() + " WITH (FORCE)");
        server.execute("CREATE DATABASE " + database.name());
        Migrations.run(database.url());
        new Loader(database, set).load();
        server.execute("COMMENT ON DATABASE " + database.name() + " IS '" + sizes(set) + set.endMillis() + "'");
        Progress.say("loaded in %d s", (System.nanoTime() - began) / 1_000_000_000);
        return database;
    }

    public static void drop(Postgres database) {
        database.named("postgres").execute("DROP DATABASE IF EXISTS " + database.name() + " WITH (FORCE)");
    }

    private static String sizes(DataSet set) {
        return "runlog bench, %d executions, %d workflows, %d owners, %d days, %d running, until "
                .formatted(set.executions(), set.workflows(), set.owners(), set.days(), set.running());
    }
}
