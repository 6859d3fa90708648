package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.bus.Allowance;
import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.bus.Requests;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionDetail;
import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.ListedExecution;
import dev.runlog.contract.model.Owners;
import dev.runlog.contract.model.Scope;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.page.Count;
import dev.runlog.contract.page.PageRequest;
import dev.runlog.contract.querying.CountExecutionsByParent;
import dev.runlog.contract.querying.ExecutionPage;
import dev.runlog.contract.querying.ExecutionQuery;
import dev.runlog.contract.querying.ListExecutionsByParent;
import dev.runlog.contract.querying.ListSteps;
import dev.runlog.contract.querying.LoadExecutionDetails;
import dev.runlog.contract.querying.LoadExecutions;
import dev.runlog.contract.querying.LoadHoldReasons;
import dev.runlog.contract.querying.LoadWatchedWorkflows;
import dev.runlog.contract.querying.LoadWatchedWorkflows.Watched;
import dev.runlog.contract.querying.LoadWorkflows;
import dev.runlog.gateway.memory.AnswerMemory;
import graphql.language.OperationDefinition;
import graphql.schema.DataFetchingEnvironment;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dataloader.BatchLoader;
import org.dataloader.DataLoader;
import org.dataloader.DataLoaderFactory;
import org.dataloader.DataLoaderRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Loads the children of a page with one request for each level. In a subscription, each event has its own loaders,
 * because their caches would become stale; only the workflows of simultaneous events are loaded together.
 */
public final class Loaders {
    /** One large part of an execution; all parts of a level are loaded together. */
    record PartKey(UUID executionId, ExecutionPart part) {}

    record StepsKey(UUID executionId, PageRequest page) {}

    record ExecutionsKey(ListExecutionsByParent.Parent parent, UUID parentId, ExecutionQuery query, PageRequest page) {}

    record CountKey(ListExecutionsByParent.Parent parent, UUID parentId, ExecutionQuery query) {}

    /** A type of child: its name, and how the children of many parents are loaded. */
    private record Child<K, V>(String name, BatchLoader<K, V> batch) {}

    private final Bus bus;
    private final AnswerMemory memory;
    private final Requests requests;
    /** Loaders of the events that a subscription is rendering; each event is a separate response. */
    private final IdentityHashMap<Object, Loaders> ofEvents = new IdentityHashMap<>(0);

    private final Viewer viewer;
    private final CoalescingLoader<Watched, @Nullable Workflow> workflowsOfEvents;
    private final Child<Watched, @Nullable Workflow> workflows;
    private final Child<UUID, @Nullable Workflow> targets;
    private final Child<UUID, @Nullable Execution> executions;
    private final Child<PartKey, ExecutionDetail> parts;
    private final Child<UUID, @Nullable String> holdReasons;
    private final Child<StepsKey, ListSteps.StepPage> steps;
    private final Child<ExecutionsKey, ExecutionPage<Execution>> pages;
    private final Child<CountKey, Count> counts;

    /** {@code workflowsOfEvents} is shared by all subscriptions. */
    public Loaders(
            Bus bus,
            AnswerMemory memory,
            Allowance allowance,
            Viewer viewer,
            CoalescingLoader<Watched, @Nullable Workflow> workflowsOfEvents) {
        Requests requests = bus.within(allowance);
        this.memory = memory;
        this.bus = bus;
        this.requests = requests;
        this.viewer = viewer;
        this.workflowsOfEvents = workflowsOfEvents;
        this.workflows = new Child<>(
                "workflow",
                keys -> grouped(keys, Watched::owner, Watched::workflowId, (owner, ids) -> requests.request(
                                new LoadWorkflows(viewer, Owners.of(viewer, owner), ids))
                        .map(loaded -> byId(loaded.workflows(), Workflow::id))));
        this.targets = new Child<>(
                "target",
                ids -> stage(requests.request(new LoadWorkflows(
                                viewer, viewer.may(Scope.OPS) ? Owners.all(viewer) : Owners.of(viewer), ids))
                        .map(loaded -> inOrder(ids, loaded.workflows(), Workflow::id))));
        this.executions = new Child<>(
                "execution",
                ids -> stage(requests.request(new LoadExecutions(viewer, ids))
                        .map(loaded -> inOrder(ids, loaded.executions(), Execution::id))));
        this.parts = new Child<>("part", this::loadParts);
        this.holdReasons = new Child<>("holdReason", this::loadHoldReasons);
        this.steps = new Child<>(
                "steps",
                keys -> grouped(keys, StepsKey::page, StepsKey::executionId, (page, ids) -> requests.request(
                                new ListSteps(viewer, ids, page))
                        .map(ListSteps.Pages::pages)));
        this.pages = new Child<>(
                "executions",
                keys -> grouped(
                        keys,
                        key -> new ExecutionsKey(key.parent(), NO_ID, key.query(), key.page()),
                        ExecutionsKey::parentId,
                        (group, ids) -> requests.request(new ListExecutionsByParent(
                                        viewer, group.parent(), ids, group.query(), group.page()))
                                .map(ListExecutionsByParent.Pages::pages)));
        this.counts = new Child<>(
                "count",
                keys -> grouped(
                        keys,
                        key -> new CountKey(key.parent(), NO_ID, key.query()),
                        CountKey::parentId,
                        (group, ids) -> requests.request(
                                        new CountExecutionsByParent(viewer, group.parent(), ids, group.query()))
                                .map(CountExecutionsByParent.Counts::counts)));
    }

    private static final UUID NO_ID = new UUID(0, 0);

    /** Starts rendering an event of a subscription; the returned action ends it. */
    public Runnable begin(Object event) {
        AnswerMemory.Lease lease = memory.open(viewer.subject());
        ofEvents.put(event, new Loaders(bus, memory, lease, viewer, workflowsOfEvents));
        return () -> {
            ofEvents.remove(event);
            lease.close();
        };
    }

    /** The loaders of an event that is being rendered. */
    Loaders ofEvent(@Nullable Object event) {
        return ofEvents.getOrDefault(event, this);
    }

    /** Sends requests; their replies count towards the memory of the response. */
    Requests requests() {
        return requests;
    }

    public DataLoaderRegistry registry() {
        DataLoaderRegistry registry = new DataLoaderRegistry();
        for (Child<?, ?> child : List.of(workflows, targets, executions, parts, holdReasons, steps, pages, counts)) {
            registry.register(child.name(), loader(child));
        }
        return registry;
    }

    /**
     * The workflow of an execution that the viewer may see; another owner's only if an operator holds the execution.
     */
    CompletionStage<@Nullable Workflow> workflow(DataFetchingEnvironment env, ListedExecution execution) {
        Watched key = new Watched(execution.owner(), execution.workflowId());
        return isOfEvent(env) ? workflowsOfEvents.load(key) : load(env, workflows, key);
    }

    /** The workflow of a cleanup or policy; operators see those of all owners. */
    CompletionStage<@Nullable Workflow> target(DataFetchingEnvironment env, UUID id) {
        return load(env, targets, id);
    }

    CompletionStage<@Nullable Execution> execution(DataFetchingEnvironment env, UUID id) {
        return load(env, executions, id);
    }

    CompletionStage<ExecutionDetail> part(DataFetchingEnvironment env, UUID id, ExecutionPart part) {
        return load(env, parts, new PartKey(id, part));
    }

    CompletionStage<@Nullable String> holdReason(DataFetchingEnvironment env, UUID id) {
        return load(env, holdReasons, id);
    }

    CompletionStage<ListSteps.StepPage> steps(DataFetchingEnvironment env, StepsKey key) {
        return load(env, steps, key);
    }

    CompletionStage<ExecutionPage<Execution>> executions(DataFetchingEnvironment env, ExecutionsKey key) {
        return load(env, pages, key);
    }

    CompletionStage<Count> count(DataFetchingEnvironment env, CountKey key) {
        return load(env, counts, key);
    }

    private static <K, V> DataLoader<K, V> loader(Child<K, V> child) {
        return DataLoaderFactory.newDataLoader(child.batch());
    }

    private static <K, V> CompletionStage<V> load(DataFetchingEnvironment env, Child<K, V> child, K key) {
        if (isOfEvent(env)) {
            return child.batch().load(List.of(key)).thenApply(values -> values.get(0));
        }
        DataLoader<K, V> loader = env.getDataLoader(child.name());
        return Objects.requireNonNull(loader).load(key);
    }

    private static boolean isOfEvent(DataFetchingEnvironment env) {
        return env.getOperationDefinition().getOperation() == OperationDefinition.Operation.SUBSCRIPTION;
    }

    public static CompletionStage<List<@Nullable Workflow>> loadWatchedWorkflows(Bus bus, List<Watched> watched) {
        return stage(bus.request(new LoadWatchedWorkflows(watched))
                .map(loaded -> inOrder(
                        watched, loaded.workflows(), workflow -> new Watched(workflow.owner(), workflow.id()))));
    }

    private CompletionStage<List<ExecutionDetail>> loadParts(List<PartKey> keys) {
        Set<ExecutionPart> wanted = EnumSet.noneOf(ExecutionPart.class);
        keys.forEach(key -> wanted.add(key.part()));
        List<UUID> ids = keys.stream().map(PartKey::executionId).distinct().toList();
        return stage(
                requests.request(new LoadExecutionDetails(viewer, ids, wanted)).map(loaded -> {
                    Map<UUID, ExecutionDetail> byId = new HashMap<>();
                    loaded.details().forEach(detail -> byId.put(detail.executionId(), detail));
                    return keys.stream()
                            .map(key -> byId.getOrDefault(
                                    key.executionId(), new ExecutionDetail(key.executionId(), null, null, null, null)))
                            .toList();
                }));
    }

    private CompletionStage<List<@Nullable String>> loadHoldReasons(List<UUID> ids) {
        return stage(requests.request(new LoadHoldReasons(viewer, ids)).map(loaded -> {
            List<@Nullable String> reasons = new ArrayList<>(ids.size());
            ids.forEach(id -> reasons.add(loaded.reasons().get(id)));
            return reasons;
        }));
    }

    /** Sends one request for all keys that differ only in their parent. */
    private static <K, G, V> CompletionStage<List<V>> grouped(
            List<K> keys,
            Function<K, G> group,
            Function<K, UUID> parent,
            BiFunction<G, List<UUID>, Future<Map<UUID, V>>> fetch) {
        Map<G, List<UUID>> parents = new LinkedHashMap<>();
        keys.forEach(key -> parents.computeIfAbsent(group.apply(key), of -> new ArrayList<>())
                .add(parent.apply(key)));
        Map<G, Future<Map<UUID, V>>> fetched = new HashMap<>();
        parents.forEach((of, ids) -> fetched.put(of, fetch.apply(of, ids)));
        return stage(Future.all(List.copyOf(fetched.values())).map(all -> keys.stream()
                .map(key -> Objects.requireNonNull(Objects.requireNonNull(fetched.get(group.apply(key)))
                        .result()
                        .get(parent.apply(key))))
                .toList()));
    }

    /** Values in the order of their keys, as a loader requires; null where there is none. */
    static <K, T> List<@Nullable T> inOrder(List<K> ids, Collection<T> values, Function<T, K> id) {
        Map<K, T> byId = byId(values, id);
        List<@Nullable T> ordered = new ArrayList<>(ids.size());
        ids.forEach(wanted -> ordered.add(byId.get(wanted)));
        return ordered;
    }

    private static <K, T> Map<K, T> byId(Collection<T> values, Function<T, K> id) {
        Map<K, T> byId = new HashMap<>();
        values.forEach(value -> byId.put(id.apply(value), value));
        return byId;
    }

    private static <T> CompletionStage<T> stage(Future<T> future) {
        return future.toCompletionStage();
    }
}
