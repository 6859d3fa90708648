package dev.runlog.storage.statistics;

import dev.runlog.storage.db.Database;
import dev.runlog.storage.rollup.RollupColumns;
import dev.runlog.storage.sql.Sql;
import io.vertx.core.Future;
import java.time.LocalDate;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the UTC day of the oldest stored execution. */
public final class OldestDay {
    private final Database database;

    public OldestDay(Database database) {
        this.database = database;
    }

    /** Returns the day; null without executions. */
    public Future<@Nullable LocalDate> find(String reader, Selection selection) {
        Sql sql = new Sql()
                .add("SELECT min(d.day) AS day\nFROM execution_rollup d\nWHERE " + RollupColumns.present(Set.of())
                        + " > 0");
        selection.addDaily(sql);
        return database.query(reader, "oldest-day", sql.text(), sql.arguments())
                .map(rows -> rows.iterator().next().getLocalDate("day"));
    }
}
