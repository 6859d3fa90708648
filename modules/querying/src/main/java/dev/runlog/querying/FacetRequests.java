package dev.runlog.querying;

import dev.runlog.contract.querying.CountByStatus;
import dev.runlog.contract.querying.GetHistogram;
import io.vertx.core.Future;

/** Handles requests for the facets of executions: their number by status, and by time. */
final class FacetRequests {
    Future<CountByStatus.Counted> countByStatus(CountByStatus request) {
        return Future.succeededFuture(new CountByStatus.Counted(null));
    }

    Future<GetHistogram.Found> histogram(GetHistogram request) {
        return Future.succeededFuture(new GetHistogram.Found(null));
    }
}
