package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.millis;
import static dev.runlog.gateway.graphql.resolve.Fields.property;

import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.Statistics.IntervalStatistics;
import dev.runlog.contract.querying.Statistics.Quantiles;
import dev.runlog.contract.querying.WorkflowStatistics;
import dev.runlog.gateway.graphql.render.Fetch;
import dev.runlog.gateway.graphql.render.Loaded;
import graphql.schema.DataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of statistics that are not plain properties of their records. */
final class StatisticsFields {
    private static final int WORKFLOWS_DEFAULT = 10;

    private StatisticsFields() {}

    /** The request given by the arguments of {@code statistics}. */
    static GetStatistics request(Viewer viewer, Arguments arguments, @Nullable UUID workflowId) {
        String interval = arguments.stringOrNull("interval");
        return new GetStatistics(
                viewer,
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
        return type.dataFetcher(
                "byWorkflow",
                new Loaded<>(
                        Statistics.class,
                        Batches.BY_WORKFLOW,
                        StatisticsFields::byWorkflow,
                        (statistics, workflows) -> workflows));
    }

    private static GetWorkflowStatistics byWorkflow(Statistics statistics, Fetch fetch) {
        String order = arguments(fetch).stringOrNull("orderBy");
        return new GetWorkflowStatistics(
                statistics.request(),
                Objects.requireNonNullElse(arguments(fetch).integerOrNull("first"), WORKFLOWS_DEFAULT),
                order == null ? GetWorkflowStatistics.Order.RECORDED : GetWorkflowStatistics.Order.valueOf(order));
    }

    static TypeRuntimeWiring.Builder ofWorkflow(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("successRate", property(WorkflowStatistics.class, workflow -> workflow.recorded()
                        .successRate()))
                .dataFetcher(
                        "averageDurationMillis",
                        property(WorkflowStatistics.class, workflow -> millis(workflow.averageDuration())));
    }

    static TypeRuntimeWiring.Builder ofInterval(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("isComplete", property(IntervalStatistics.class, IntervalStatistics::isComplete))
                .dataFetcher("successRate", property(IntervalStatistics.class, interval -> interval.recorded()
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
