package dev.runlog.storage.cleanup;

import dev.runlog.contract.retention.Cleanup;
import dev.runlog.storage.cleanup.CleanupRollups.Grain;
import dev.runlog.storage.cleanup.CleanupRules.Rule;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whether nothing stays of days, as the rollups and what is noted of exceptions tell at the moment. */
final class WholeCheck {
    private static final String HAS_NO_EXCEPTIONS = """
            WITH stays AS (
              SELECT execution_id FROM held_execution
              UNION ALL
              SELECT execution_id FROM cleanup_spared WHERE cleanup_id = $1)
            SELECT NOT EXISTS (
                SELECT FROM stays s
                JOIN unnest($2::date[]) AS asked (day)
                  ON s.execution_id >= uuid_v7_floor(day::timestamp AT TIME ZONE 'UTC')
                  AND s.execution_id < uuid_v7_floor((day + 1)::timestamp AT TIME ZONE 'UTC'))
              AND NOT EXISTS (SELECT FROM execution_total WHERE day = ANY ($2) AND running > 0)
            """;

    private final SqlConnection connection;
    private @Nullable UUID preparedFor;
    private List<Rule> rules = List.of();

    WholeCheck(SqlConnection connection) {
        this.connection = connection;
    }

    /** Has what the check needs ready, so that it takes one wait for the database, and tells what it says so far. */
    Future<Boolean> prepare(Cleanup cleanup, List<CleanupDay> days) {
        if (cleanup.id().equals(preparedFor)) {
            return Future.succeededFuture(true);
        }
        // Its rules are frozen.
        return CleanupRules.rules(connection, cleanup).compose(found -> {
            rules = found;
            preparedFor = cleanup.id();
            return isWhole(cleanup, days);
        });
    }

    /** Whether nothing that is there now stays; its statements are sent before this returns. */
    Future<Boolean> isWhole(Cleanup cleanup, List<CleanupDay> days) {
        LocalDate[] dates = dates(days);
        Set<LocalDate> asked = Set.of(dates);
        // The newest that a policy keeps are not looked for under the lock; a day may seem not to be whole then.
        Grain grain = new Grain(
                cleanup.criteria().keepLast() != null, Grain.of(cleanup, rules).totals());
        // A day of which nothing is to go any more is not among them.
        Future<Boolean> goes = CleanupRollups.days(CleanupStore.on(connection), cleanup, rules, grain, dates)
                .map(now -> now.stream()
                                .filter(one -> asked.contains(one.day()) && one.isWhole(cleanup))
                                .count()
                        == dates.length);
        Future<Boolean> noExceptions = connection
                .preparedQuery(HAS_NO_EXCEPTIONS)
                .execute(Tuple.of(cleanup.id(), (Object) dates))
                .map(rows -> rows.iterator().next().getBoolean(0));
        return CleanupSession.inTurn(List.of(goes, noExceptions)).map(done -> goes.result() && noExceptions.result());
    }

    static LocalDate[] dates(List<CleanupDay> days) {
        return days.stream().map(CleanupDay::day).toArray(LocalDate[]::new);
    }
}
