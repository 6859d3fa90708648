package dev.runlog.querying;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.storage.read.StatisticsReads;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Handles requests for statistics. */
final class StatisticsRequests {
    private final StatisticsReads statistics;
    private final Clock clock;

    StatisticsRequests(StatisticsReads statistics, Clock clock) {
        this.statistics = statistics;
        this.clock = clock;
    }

    Future<Statistics> get(GetStatistics request) {
        return statistics.get(request, range(request), LocalDate.now(clock.withZone(ZoneOffset.UTC)));
    }

    Future<GetWorkflowStatistics.Found> byWorkflow(GetWorkflowStatistics request) {
        int first = request.first();
        if (first < 1 || first > GetWorkflowStatistics.FIRST_MAX) {
            throw RunlogException.badInput("Invalid `first`: %d (expected 1 to %d)."
                    .formatted(first, GetWorkflowStatistics.FIRST_MAX));
        }
        return statistics.byWorkflow(request, range(request.of())).map(GetWorkflowStatistics.Found::new);
    }

    private static StatisticsReads.Range range(GetStatistics request) {
        if (request.owner() != null && request.allOwners()) {
            throw RunlogException.badInput("Use either `owner` or `allOwners`, not both.");
        }
        LocalDate from = day("from", request.from());
        LocalDate to = day("to", request.to());
        if (from != null && to != null && !from.isBefore(to)) {
            throw RunlogException.badInput(
                    "Invalid `from`: " + request.from() + " (expected a day before `to`, " + request.to() + ").");
        }
        return new StatisticsReads.Range(request.owners().subject(), request.workflowId(), from, to);
    }

    /** Converts a bound of statistics, which must be a whole day. */
    private static @Nullable LocalDate day(String argument, @Nullable Instant moment) {
        if (moment == null) {
            return null;
        }
        if (!moment.equals(moment.truncatedTo(ChronoUnit.DAYS))) {
            throw RunlogException.badInput("Invalid `" + argument + "`: " + moment
                    + " (expected the start of a UTC day, such as " + moment.truncatedTo(ChronoUnit.DAYS) + ").");
        }
        return LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }
}
