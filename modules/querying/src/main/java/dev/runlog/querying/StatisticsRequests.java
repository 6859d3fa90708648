package dev.runlog.querying;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.text.SafeText;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.rollup.RollupCounts.Range;
import dev.runlog.storage.statistics.IntervalCounts;
import dev.runlog.storage.statistics.StatisticsReads;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Handles requests for statistics. */
final class StatisticsRequests {
    private final Database database;
    private final KnownOwners owners;
    private final StatisticsReads statistics;
    private final Clock clock;

    StatisticsRequests(Database database, KnownOwners owners, QueryingConfig config, Clock clock) {
        this.database = database;
        this.owners = owners;
        this.statistics = new StatisticsReads(database, config.intervalsMax());
        this.clock = clock;
    }

    Future<Statistics> get(GetStatistics request) {
        checkOwner(request);
        checkQuarter("from", request.from());
        checkQuarter("to", request.to());
        checkRange(request);
        ZoneId zone = zone(request.timeZone(), clock.instant());
        return owner(request).compose(owner -> statistics.get(request, owner.numberOrNull(), zone, clock.instant()));
    }

    Future<GetWorkflowStatistics.Found> byWorkflow(GetWorkflowStatistics request) {
        int first = request.first();
        if (first < 1 || first > GetWorkflowStatistics.FIRST_MAX) {
            throw RunlogException.badInput(
                    "Invalid `first`: " + first + " (expected 1 to " + GetWorkflowStatistics.FIRST_MAX + ").");
        }
        GetStatistics of = request.of();
        checkOwner(of);
        LocalDate from = day("from", of.from());
        LocalDate to = day("to", of.to());
        checkRange(of);
        return owner(of)
                .compose(owner ->
                        statistics.byWorkflow(request, new Range(owner.numberOrNull(), of.workflowId(), from, to)))
                .map(GetWorkflowStatistics.Found::new);
    }

    private record Target(@Nullable Integer numberOrNull) {}

    /** Finds the number of the owner. */
    private Future<Target> owner(GetStatistics request) {
        Owners of = request.owners();
        return of.subject() == null
                ? Future.succeededFuture(new Target(null))
                : owners.get(database, of.subject()).map(Owner::number).map(Target::new);
    }

    private static void checkOwner(GetStatistics request) {
        if (request.owner() != null && request.allOwners()) {
            throw RunlogException.badInput("Use either `owner` or `allOwners`, not both.");
        }
    }

    private static void checkRange(GetStatistics request) {
        if (request.from() != null && request.to() != null && !request.from().isBefore(request.to())) {
            throw RunlogException.badInput(
                    "Invalid `from`: " + request.from() + " (expected a time before `to`, " + request.to() + ").");
        }
    }

    private static void checkQuarter(String argument, @Nullable Instant moment) {
        if (moment != null && !IntervalCounts.isQuarter(moment)) {
            throw RunlogException.badInput("Invalid `" + argument + "`: " + moment
                    + " (expected a quarter of an hour, such as " + IntervalCounts.floorToQuarter(moment) + ").");
        }
    }

    private static ZoneId zone(String id, Instant now) {
        try {
            ZoneId zone = ZoneId.of(id);
            if (zone.getRules().getOffset(now).getTotalSeconds() % HistogramDelta.QUARTER.toSeconds() == 0) {
                return zone;
            }
            throw RunlogException.badInput("Invalid `timeZone`: " + SafeText.quote(id)
                    + " (expected an offset of whole quarters of an hour).");
        } catch (DateTimeException unknown) {
            throw RunlogException.badInput("Invalid `timeZone`: " + SafeText.quote(id)
                    + " (expected the name of a time zone, such as Asia/Kolkata).");
        }
    }

    /** Converts a bound that must be a whole day. */
    private static @Nullable LocalDate day(String argument, @Nullable Instant moment) {
        if (moment == null) {
            return null;
        }
        Instant day = moment.truncatedTo(ChronoUnit.DAYS);
        if (!moment.equals(day)) {
            throw RunlogException.badInput("Invalid `" + argument + "` for `byWorkflow`: " + moment
                    + " (expected the start of a UTC day, such as " + day + ").");
        }
        return LocalDate.ofInstant(moment, ZoneOffset.UTC);
    }
}
