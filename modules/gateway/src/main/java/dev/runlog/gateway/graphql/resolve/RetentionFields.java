package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.async;
import static dev.runlog.gateway.graphql.resolve.Fields.bus;
import static dev.runlog.gateway.graphql.resolve.Fields.loaders;
import static dev.runlog.gateway.graphql.resolve.Fields.property;
import static dev.runlog.gateway.graphql.resolve.Fields.source;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.CleanupPreview;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.gateway.graphql.schema.GivenDuration;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.TypeRuntimeWiring;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of cleanups and retention policies that are not plain properties of their records. */
final class RetentionFields {
    private RetentionFields() {}

    static TypeRuntimeWiring.Builder ofPreview(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("executions", property(CleanupPreview.class, CleanupPreview::executions))
                .dataFetcher("partitions", env -> forOperators(env, CleanupPreview.class, CleanupPreview::partitions));
    }

    static TypeRuntimeWiring.Builder ofCleanup(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("before", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .before()))
                .dataFetcher("statuses", property(Cleanup.class, cleanup -> cleanup.criteria().statuses().stream()
                        .sorted()
                        .toList()))
                .dataFetcher("workflowId", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .workflowId()))
                .dataFetcher(
                        "workflow",
                        env -> target(env, ((Cleanup) source(env)).criteria().workflowId()))
                .dataFetcher("owner", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .owner()))
                .dataFetcher("keepLast", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .keepLast()))
                .dataFetcher("ignorePolicies", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .ignorePolicies()))
                .dataFetcher("deletesWorkflow", property(Cleanup.class, cleanup -> cleanup.criteria()
                        .deletesWorkflow()))
                .dataFetcher("partitionsDropped", env -> forOperators(env, Cleanup.class, Cleanup::partitionsDropped))
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
                .dataFetcher("workflow", env -> target(env, ((RetentionPolicy) source(env)).workflowId()))
                .dataFetcher("lastCleanup", async(RetentionFields::lastCleanup));
    }

    /** A figure that also depends on executions of other owners; null unless the viewer is an operator. */
    private static <T> @Nullable Integer forOperators(
            DataFetchingEnvironment env, Class<T> type, Function<T, Integer> figure) {
        return viewer(env).may(Scope.OPS) ? figure.apply(type.cast(source(env))) : null;
    }

    private static @Nullable Duration duration(Cleanup cleanup) {
        return cleanup.startedAt() == null || cleanup.finishedAt() == null
                ? null
                : Duration.between(cleanup.startedAt(), cleanup.finishedAt());
    }

    private static @Nullable CompletionStage<@Nullable Workflow> target(
            DataFetchingEnvironment env, @Nullable UUID id) {
        return id == null ? null : loaders(env).target(env, id);
    }

    private static Future<@Nullable Cleanup> lastCleanup(DataFetchingEnvironment env) {
        UUID id = ((RetentionPolicy) source(env)).lastCleanupId();
        return id == null
                ? Future.succeededFuture()
                : bus(env).request(new LoadCleanups(viewer(env), List.of(id)))
                        .map(loaded -> loaded.cleanups().stream().findFirst().orElse(null));
    }
}
