package dev.runlog.querying;

import dev.runlog.contract.error.RunlogException;
import dev.runlog.contract.querying.CountByStatus;
import dev.runlog.contract.querying.ExecutionHistogram;
import dev.runlog.contract.querying.ExecutionHistogram.Bucket;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.GetHistogram;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.storage.db.Database;
import dev.runlog.storage.known.KnownOwners;
import dev.runlog.storage.known.Owner;
import dev.runlog.storage.rollup.HistogramDelta;
import dev.runlog.storage.statistics.IntervalCounts;
import dev.runlog.storage.statistics.OldestDay;
import dev.runlog.storage.statistics.Selection;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** Handles requests for the facets of executions: their number by status, and by time. */
final class FacetRequests {
    /** Later than every ID. */
    private static final Instant END = Instant.parse("+10890-01-01T00:00:00Z");

    private final Database database;
    private final KnownOwners owners;
    private final ExecutionFacets facets;
    private final OldestDay oldestDay;
    private final Clock clock;

    FacetRequests(Database database, KnownOwners owners, ExecutionFacets.Rows rows, Clock clock) {
        this.database = database;
        this.owners = owners;
        this.facets = new ExecutionFacets(new IntervalCounts(database), rows);
        this.oldestDay = new OldestDay(database);
        this.clock = clock;
    }

    Future<CountByStatus.Counted> countByStatus(CountByStatus request) {
        ExecutionQuery query = request.query().withoutStatuses();
        if (query.matchesNothing()) {
            return Future.succeededFuture(new CountByStatus.Counted(StatusCounts.NONE));
        }
        List<Instant> range = List.of(
                query.startedAfter() == null ? Instant.EPOCH : query.startedAfter(),
                query.startedBefore() == null ? END : query.startedBefore());
        return owners.get(database, request.viewer().subject())
                .compose(owner -> facets.count(owner, query, range))
                .map(counts -> new CountByStatus.Counted(counts == null ? null : counts.get(0)));
    }

    Future<GetHistogram.Found> histogram(GetHistogram request) {
        int buckets = request.buckets();
        if (buckets < 1 || buckets > GetHistogram.BUCKETS_MAX) {
            throw RunlogException.badInput(
                    "Invalid `buckets`: " + buckets + " (expected 1 to " + GetHistogram.BUCKETS_MAX + ").");
        }
        ExecutionQuery query = request.query();
        return owners.get(database, request.viewer().subject())
                .compose(owner -> start(owner, query).compose(start -> histogram(owner, query, start, buckets)));
    }

    private Future<Instant> start(Owner owner, ExecutionQuery query) {
        return query.startedAfter() != null
                ? Future.succeededFuture(query.startedAfter())
                : oldestDay
                        .find(owner.subject(), new Selection(owner.number(), query.workflowIds()))
                        .map(day -> day == null
                                ? END
                                : day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }

    private Future<GetHistogram.Found> histogram(Owner owner, ExecutionQuery query, Instant start, int buckets) {
        Instant end =
                query.startedBefore() == null ? IntervalCounts.ceilToQuarter(clock.instant()) : query.startedBefore();
        if (!start.isBefore(end)) {
            return Future.succeededFuture(
                    new GetHistogram.Found(new ExecutionHistogram(HistogramDelta.QUARTER, List.of())));
        }
        HistogramBuckets divided = HistogramBuckets.of(start, end, buckets);
        return facets.count(owner, query.startedWithin(start, end), divided.bounds())
                .map(counts -> new GetHistogram.Found(counts == null ? null : toHistogram(divided, counts)));
    }

    private static ExecutionHistogram toHistogram(HistogramBuckets divided, List<StatusCounts> counts) {
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < counts.size(); i++) {
            buckets.add(new Bucket(divided.bounds().get(i), divided.bounds().get(i + 1), counts.get(i)));
        }
        return new ExecutionHistogram(divided.width(), buckets);
    }
}
