package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.async;
import static dev.runlog.gateway.graphql.resolve.Fields.millis;
import static dev.runlog.gateway.graphql.resolve.Fields.property;
import static dev.runlog.gateway.graphql.resolve.Fields.source;

import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.querying.WorkflowStatistics;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of statistics that are not plain properties of their records. */
final class StatisticsFields {
    private static final int WORKFLOWS_DEFAULT = 10;

    private StatisticsFields() {}

    /** The request given by the arguments of {@code statistics}. */
    static GetStatistics request(DataFetchingEnvironment env, @Nullable UUID workflowId) {
        Arguments arguments = arguments(env);
        String interval = arguments.stringOrNull("interval");
        return new GetStatistics(
                Fields.viewer(env),
                workflowId,
                arguments.instantOrNull("from"),
                arguments.instantOrNull("to"),
                interval == null ? null : GetStatistics.Interval.valueOf(interval),
                Objects.requireNonNullElse(arguments.stringOrNull("timeZone"), GetStatistics.UTC),
                arguments.flag("withEmptyIntervals"),
                arguments.stringOrNull("owner"),
                arguments.flag("allOwners"));
    }

    static TypeRuntimeWiring.Builder ofStatistics(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("byWorkflow", async(StatisticsFields::byWorkflow));
    }

    private static Future<List<WorkflowStatistics>> byWorkflow(DataFetchingEnvironment env) {
        Arguments arguments = arguments(env);
        String order = arguments.stringOrNull("orderBy");
        return Fields.bus(env).request(new GetWorkflowStatistics(
                        ((Statistics) source(env)).request(),
                        Objects.requireNonNullElse(arguments.integerOrNull("first"), WORKFLOWS_DEFAULT),
                        order == null
                                ? GetWorkflowStatistics.Order.RECORDED
                                : GetWorkflowStatistics.Order.valueOf(order)))
                .map(GetWorkflowStatistics.Found::workflows);
    }

    static TypeRuntimeWiring.Builder ofWorkflow(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher(
                        "successRate",
                        property(WorkflowStatistics.class, workflow -> workflow.recorded()
                                .successRate()))
                .dataFetcher(
                        "averageDurationMillis",
                        property(WorkflowStatistics.class, workflow -> millis(workflow.averageDuration())));
    }

    static TypeRuntimeWiring.Builder ofInterval(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("isComplete", property(IntervalStatistics.class, IntervalStatistics::isComplete))
                .dataFetcher(
                        "successRate",
                        property(IntervalStatistics.class, interval -> interval.recorded()
                                .successRate()))
                .dataFetcher(
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
