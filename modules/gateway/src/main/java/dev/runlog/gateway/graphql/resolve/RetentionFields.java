package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.property;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.gateway.graphql.render.Computed;
import dev.runlog.gateway.graphql.render.Loaded;
import dev.runlog.gateway.graphql.schema.GivenDuration;
import graphql.schema.DataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of cleanups and retention policies that are not plain properties of their records. */
final class RetentionFields {
    private RetentionFields() {}

    static TypeRuntimeWiring.Builder ofPreview(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("executions", property(CleanupPreview.class, CleanupPreview::executions))
                .dataFetcher("partitions", forOperators(CleanupPreview.class, CleanupPreview::partitions));
    }

    static TypeRuntimeWiring.Builder ofCleanup(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("before", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .before()))
                .dataFetcher("statuses", property(Cleanup.class, cleanup -> cleanup.criteria().statuses().stream()
                        .sorted()
                        .toList()))
                .dataFetcher("workflowId", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .workflowId()))
                .dataFetcher("workflow", target(Cleanup.class, cleanup -> cleanup.criteria()
                        .workflowId()))
                .dataFetcher("owner", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .owner()))
                .dataFetcher("keepLast", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .keepLast()))
                .dataFetcher("ignorePolicies", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .ignorePolicies()))
                .dataFetcher("deletesWorkflow", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .deletesWorkflow()))
                .dataFetcher("partitionsDropped", forOperators(Cleanup.class, Cleanup::partitionsDropped))
                .dataFetcher(
                        "spared",
                        property(
                                Cleanup.class,
                                cleanup -> cleanup.preview() == null
                                        ? null
                                        : cleanup.preview().spared()))
                .dataFetcher("duration", property(Cleanup.class, RetentionFields::duration));
    }

    static TypeRuntimeWiring.Builder ofPolicy(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("statuses", property(RetentionPolicy.class, policy -> policy.statuses().stream()
                        .sorted()
                        .toList()))
                .dataFetcher(
                        "keepFor",
                        property(
                                RetentionPolicy.class,
                                policy -> GivenDuration.asGiven(policy.keepFor(), policy.keepForText())))
                .dataFetcher("workflow", target(RetentionPolicy.class, RetentionPolicy::workflowId))
                .dataFetcher(
                        "lastCleanup",
                        new Loaded<>(
                                RetentionPolicy.class,
                                Batches.CLEANUPS,
                                (policy, fetch) -> policy.lastCleanupId(),
                                (policy, cleanup) -> cleanup));
    }

    /** A figure that also depends on executions of other owners; null unless the viewer is an operator. */
    private static <T> DataFetcher<?> forOperators(Class<T> type, Function<T, Integer> figure) {
        return new Computed<>(type, (source, fetch) -> fetch.viewer().may(Scope.OPS) ? figure.apply(source) : null);
    }

    private static @Nullable Duration duration(Cleanup cleanup) {
        return cleanup.startedAt() == null || cleanup.finishedAt() == null
                ? null
                : Duration.between(cleanup.startedAt(), cleanup.finishedAt());
    }

    private static <T> DataFetcher<?> target(Class<T> type, Function<T, @Nullable UUID> workflowId) {
        return new Loaded<>(
                type, Batches.TARGETS, (source, fetch) -> workflowId.apply(source), (source, workflow) -> workflow);
    }
}
