package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.millis;
import static dev.runlog.gateway.graphql.resolve.Fields.property;

import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import graphql.schema.DataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import java.time.Duration;
import java.util.function.Function;

/** The fields of statistics that are not plain properties of their records. */
final class StatisticsFields {
    private StatisticsFields() {}

    static TypeRuntimeWiring.Builder ofInterval(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher(
                        "averageDurationMillis",
                        property(IntervalStatistics.class, interval -> millis(interval.averageDuration())))
                .dataFetcher("p50DurationMillis", quantile(Quantiles::p50))
                .dataFetcher("p95DurationMillis", quantile(Quantiles::p95))
                .dataFetcher("p99DurationMillis", quantile(Quantiles::p99));
    }

    private static DataFetcher<Object> quantile(Function<Quantiles, Duration> which) {
        return property(
                IntervalStatistics.class,
                interval -> interval.durations() == null ? null : millis(which.apply(interval.durations())));
    }
}
