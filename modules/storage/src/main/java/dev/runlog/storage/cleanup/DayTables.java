package dev.runlog.storage.cleanup;

import dev.runlog.contract.model.Ids;
import dev.runlog.storage.plan.CleanupDay;
import java.time.LocalDate;
import java.util.UUID;

/** The partitions of a day, for SQL. */
record DayTables(LocalDate day) {
    /** The suffix of their names, after {@code execution_} and {@code step_}. */
    String suffix() {
        return day.toString().replace("-", "");
    }

    UUID firstId() {
        return Ids.lowerBound(CleanupDay.startOf(day));
    }

    /** The first ID of the next day. */
    UUID endId() {
        return Ids.lowerBound(CleanupDay.startOf(day.plusDays(1)));
    }

    /** Replaces {@code :day} by the suffix, and {@code :first} and {@code :end} by the bounds of IDs. */
    String sql(String template) {
        return template.replace(":day", suffix())
                .replace(":first", "'" + firstId() + "'")
                .replace(":end", "'" + endId() + "'");
    }

    /** The same, once for each of the two tables, with {@code :table} and its column {@code :id}. */
    String sqlForBoth(String template) {
        return sql(template.replace(":table", "execution").replace(":id", "id") + ";\n"
                + template.replace(":table", "step").replace(":id", "execution_id"));
    }
}
