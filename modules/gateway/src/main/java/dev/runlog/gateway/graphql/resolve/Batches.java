package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.StepPart;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.CountByStatus;
import dev.runlog.contract.querying.CountExecutions;
import dev.runlog.contract.querying.CountExecutionsByParent;
import dev.runlog.contract.querying.CountWorkflows;
import dev.runlog.contract.querying.ExecutionHistogram;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.GetHistogram;
import dev.runlog.contract.querying.GetStatistics;
import dev.runlog.contract.querying.GetWorkflowStatistics;
import dev.runlog.contract.querying.ListExecutionsByParent;
import dev.runlog.contract.querying.ListExecutionsByParent.Parent;
import dev.runlog.contract.querying.ListSteps;
import dev.runlog.contract.querying.LoadExecutionDetails;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadHoldReasons;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.contract.querying.Statistics;
import dev.runlog.contract.querying.StatusCounts;
import dev.runlog.contract.querying.WorkflowStatistics;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.LoadCleanups;
import dev.runlog.gateway.graphql.render.Fetch;
import dev.runlog.gateway.graphql.render.Loaded;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** How children of many parents are loaded. */
final class Batches {
    record WorkflowKey(String owner, UUID id) {}

    /** One large part of an execution. */
    record PartKey(UUID executionId, ExecutionPart part) {}

    record StepsKey(UUID executionId, StepsOf steps) {}

    /** What is read of the steps of an execution. */
    record StepsOf(PageRequest page, Set<StepPart> parts, boolean withTotal) {}

    record ExecutionsKey(Parent parent, UUID parentId, ExecutionQuery query, PageRequest page) {}

    /** What a connection counts, unless it is known. */
    sealed interface Counted {}

    record OfQuery(ExecutionQuery query) implements Counted {}

    record OfParent(Parent parent, UUID parentId, ExecutionQuery query) implements Counted {}

    record OfWorkflows(@Nullable String search) implements Counted {}

    private record PagesOf(Parent parent, ExecutionQuery query, PageRequest page) {}

    private record CountsOf(Parent parent, ExecutionQuery query) {}

    /** Workflows of executions: the viewer's own; another owner's only if an operator holds the execution. */
    static final Loaded.Batch<WorkflowKey, Workflow> WORKFLOWS =
            new Loaded.Batch<>(WorkflowKey::owner, (fetch, keys) -> fetch.requests()
                    .request(new LoadWorkflows(
                            fetch.viewer(),
                            Owners.of(fetch.viewer(), keys.get(0).owner()),
                            keys.stream().map(WorkflowKey::id).toList()))
                    .map(loaded ->
                            byKey(loaded.workflows(), workflow -> new WorkflowKey(workflow.owner(), workflow.id()))));

    /** Workflows of cleanups and policies; operators see those of all owners. */
    static final Loaded.Batch<UUID, Workflow> TARGETS = Loaded.Batch.ofAll((fetch, ids) -> fetch.requests()
            .request(new LoadWorkflows(
                    fetch.viewer(),
                    fetch.viewer().may(Scope.OPS) ? Owners.all(fetch.viewer()) : Owners.of(fetch.viewer()),
                    ids))
            .map(loaded -> byKey(loaded.workflows(), Workflow::id)));

    static final Loaded.Batch<UUID, Execution> EXECUTIONS = Loaded.Batch.ofAll((fetch, ids) -> fetch.requests()
            .request(new LoadExecutions(fetch.viewer(), ids))
            .map(loaded -> byKey(loaded.executions(), Execution::id)));

    static final Loaded.Batch<PartKey, ExecutionDetail> PARTS = Loaded.Batch.ofAll(Batches::parts);

    static final Loaded.Batch<UUID, String> HOLD_REASONS = Loaded.Batch.ofAll((fetch, ids) ->
            fetch.requests().request(new LoadHoldReasons(fetch.viewer(), ids)).map(LoadHoldReasons.Loaded::reasons));

    static final Loaded.Batch<StepsKey, ListSteps.StepPage> STEPS =
            new Loaded.Batch<>(StepsKey::steps, (fetch, keys) -> {
                StepsOf steps = keys.get(0).steps();
                return fetch.requests()
                        .request(new ListSteps(
                                fetch.viewer(),
                                keys.stream().map(StepsKey::executionId).toList(),
                                steps.page(),
                                steps.parts(),
                                steps.withTotal()))
                        .map(listed -> withKeys(listed.pages(), id -> new StepsKey(id, steps)));
            });

    static final Loaded.Batch<ExecutionsKey, Connection<Execution>> PAGES =
            new Loaded.Batch<>(key -> new PagesOf(key.parent(), key.query(), key.page()), Batches::pages);

    static final Loaded.Batch<Counted, Count> COUNTS = new Loaded.Batch<>(
            key -> key instanceof OfParent of ? new CountsOf(of.parent(), of.query()) : key, Batches::counts);

    static final Loaded.Batch<ExecutionQuery, StatusCounts> STATUS_COUNTS = Loaded.Batch.ofEach((fetch, query) ->
            fetch.requests().request(new CountByStatus(fetch.viewer(), query)).map(CountByStatus.Counted::counts));

    static final Loaded.Batch<GetHistogram, ExecutionHistogram> HISTOGRAMS = Loaded.Batch.ofEach(
            (fetch, request) -> fetch.requests().request(request).map(GetHistogram.Found::histogram));

    static final Loaded.Batch<GetStatistics, Statistics> STATISTICS =
            Loaded.Batch.ofEach((fetch, request) -> fetch.requests().request(request));

    static final Loaded.Batch<GetWorkflowStatistics, List<WorkflowStatistics>> BY_WORKFLOW = Loaded.Batch.ofEach(
            (fetch, request) -> fetch.requests().request(request).map(GetWorkflowStatistics.Found::workflows));

    static final Loaded.Batch<UUID, Cleanup> CLEANUPS = Loaded.Batch.ofAll((fetch, ids) -> fetch.requests()
            .request(new LoadCleanups(fetch.viewer(), ids))
            .map(loaded -> byKey(loaded.cleanups(), Cleanup::id)));

    private Batches() {}

    private static Future<Map<ExecutionsKey, Connection<Execution>>> pages(Fetch fetch, List<ExecutionsKey> keys) {
        Parent parent = keys.get(0).parent();
        ExecutionQuery query = keys.get(0).query();
        PageRequest page = keys.get(0).page();
        return fetch.requests()
                .request(new ListExecutionsByParent(
                        fetch.viewer(),
                        parent,
                        keys.stream().map(ExecutionsKey::parentId).toList(),
                        query,
                        page))
                .map(listed -> {
                    Map<ExecutionsKey, Connection<Execution>> pages = new HashMap<>();
                    listed.pages()
                            .forEach((id, found) -> pages.put(
                                    new ExecutionsKey(parent, id, query, page),
                                    Connection.ofExecutions(
                                            found, query.ofParent(parent, id), new OfParent(parent, id, query))));
                    return pages;
                });
    }

    private static Future<Map<PartKey, ExecutionDetail>> parts(Fetch fetch, List<PartKey> keys) {
        Set<ExecutionPart> parts = EnumSet.noneOf(ExecutionPart.class);
        keys.forEach(key -> parts.add(key.part()));
        List<UUID> ids = keys.stream().map(PartKey::executionId).distinct().toList();
        return fetch.requests()
                .request(new LoadExecutionDetails(fetch.viewer(), ids, parts))
                .map(loaded -> {
                    Map<PartKey, ExecutionDetail> details = new HashMap<>();
                    loaded.details()
                            .forEach(detail -> parts.forEach(
                                    part -> details.put(new PartKey(detail.executionId(), part), detail)));
                    return details;
                });
    }

    private static Future<Map<Counted, Count>> counts(Fetch fetch, List<Counted> keys) {
        Counted any = keys.get(0);
        if (any instanceof OfParent of) {
            return fetch.requests()
                    .request(new CountExecutionsByParent(
                            fetch.viewer(),
                            of.parent(),
                            keys.stream()
                                    .map(key -> ((OfParent) key).parentId())
                                    .toList(),
                            of.query()))
                    .map(counted -> withKeys(counted.counts(), id -> new OfParent(of.parent(), id, of.query())));
        }
        Future<CountExecutions.Counted> counted = any instanceof OfQuery of
                ? fetch.requests().request(new CountExecutions(fetch.viewer(), of.query()))
                : fetch.requests().request(new CountWorkflows(fetch.viewer(), ((OfWorkflows) any).search()));
        return counted.map(found -> Map.of(any, found.count()));
    }

    private static <K, V> Map<K, V> byKey(Collection<V> values, Function<V, K> key) {
        Map<K, V> byKey = new HashMap<>();
        values.forEach(value -> byKey.put(key.apply(value), value));
        return byKey;
    }

    private static <K, V> Map<K, V> withKeys(Map<UUID, V> values, Function<UUID, K> key) {
        Map<K, V> byKey = new HashMap<>();
        values.forEach((id, value) -> byKey.put(key.apply(id), value));
        return byKey;
    }
}
