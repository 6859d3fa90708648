package dev.runlog.gateway.graphql.resolve;

import static dev.runlog.gateway.graphql.resolve.Fields.arguments;
import static dev.runlog.gateway.graphql.resolve.Fields.bus;
import static dev.runlog.gateway.graphql.resolve.Fields.viewer;

import dev.runlog.contract.bus.Bus;
import dev.runlog.contract.model.Execution;
import dev.runlog.contract.model.ExecutionError;
import dev.runlog.contract.model.ExecutionStatus;
import dev.runlog.contract.model.StepStatus;
import dev.runlog.contract.model.Viewer;
import dev.runlog.contract.model.Workflow;
import dev.runlog.contract.recording.RecordEvents;
import dev.runlog.contract.recording.RecordEvents.Outcome;
import dev.runlog.contract.recording.RecordingEvent;
import dev.runlog.contract.recording.RecordingEvent.Heartbeat;
import dev.runlog.contract.recording.RecordingEvent.Queued;
import dev.runlog.contract.recording.RecordingEvent.StepsRecorded;
import dev.runlog.contract.recording.RunFinished;
import dev.runlog.contract.recording.RunStarted;
import dev.runlog.contract.recording.StepEvent;
import dev.runlog.contract.recording.UpsertWorkflow;
import dev.runlog.contract.retention.CancelCleanup;
import dev.runlog.contract.retention.Cleanup;
import dev.runlog.contract.retention.DeleteRetentionPolicy;
import dev.runlog.contract.retention.DeleteWorkflow;
import dev.runlog.contract.retention.HoldExecution;
import dev.runlog.contract.retention.RequestCleanup;
import dev.runlog.contract.retention.RetentionPolicy;
import dev.runlog.contract.retention.SetRetentionPolicy;
import dev.runlog.gateway.graphql.schema.GivenDuration;
import graphql.schema.DataFetcher;
import graphql.schema.idl.TypeRuntimeWiring;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The fields of {@code Mutation}. */
final class Mutations {
    private Mutations() {}

    static TypeRuntimeWiring.Builder fields(TypeRuntimeWiring.Builder type) {
        return type.dataFetcher("upsertWorkflow", mutation("workflow", Mutations::upsertWorkflow))
                .dataFetcher("queueExecution", recording(input -> new Queued(started(input))))
                .dataFetcher("startExecution", recording(Mutations::started))
                .dataFetcher("finishExecution", recording(Mutations::finished))
                .dataFetcher("recordSteps", recording(Mutations::stepsRecorded))
                .dataFetcher(
                        "heartbeat",
                        recording(input ->
                                new Heartbeat(input.execution(), input.stringOrNull("owner"), input.workflowOrNull())))
                .dataFetcher("cleanupExecutions", mutation("cleanup", Mutations::cleanupExecutions))
                .dataFetcher("deleteWorkflow", mutation("cleanup", Mutations::deleteWorkflow))
                .dataFetcher(
                        "cancelCleanup",
                        mutation(
                                "cleanup",
                                (bus, viewer, input) -> bus.request(new CancelCleanup(viewer, input.id("id")))))
                .dataFetcher("setRetentionPolicy", mutation("retentionPolicy", Mutations::setRetentionPolicy))
                .dataFetcher(
                        "deleteRetentionPolicy",
                        mutation(
                                "retentionPolicy",
                                (bus, viewer, input) -> bus.request(new DeleteRetentionPolicy(viewer, input.id("id")))))
                .dataFetcher(
                        "holdExecution", mutation("execution", (bus, viewer, input) -> hold(bus, viewer, input, true)))
                .dataFetcher(
                        "releaseExecution",
                        mutation("execution", (bus, viewer, input) -> hold(bus, viewer, input, false)));
    }

    private static Future<Workflow> upsertWorkflow(Bus bus, Viewer viewer, Arguments input) {
        return bus.request(new UpsertWorkflow(
                        viewer, input.string("key"), input.stringOrNull("name"), input.stringOrNull("owner")))
                .map(UpsertWorkflow.Saved::workflow);
    }

    private static RunStarted started(Arguments input) {
        return RunStarted.builder(input.workflow())
                .execution(input.executionOrNull("executionId", "externalId"))
                .owner(input.stringOrNull("owner"))
                .queuedAt(input.instantOrNull("queuedAt"))
                .startedAt(input.instantOrNull("startedAt"))
                .trigger(input.recordedText("trigger"))
                .attempt(input.integerOrNull("attempt"))
                .parent(input.executionOrNull("parentId", "parentExternalId"))
                .retryOf(input.executionOrNull("retryOf", "retryOfExternalId"))
                .labels(input.labels("labels"))
                .payload(input.jsonOrNull("payload"))
                .heartbeatTimeout(input.durationOrNull("heartbeatTimeout"))
                .build();
    }

    private static RecordingEvent finished(Arguments input) {
        return RunFinished.builder(input.execution(), ExecutionStatus.valueOf(input.string("status")))
                .workflow(input.workflowOrNull())
                .owner(input.stringOrNull("owner"))
                .startedAt(input.instantOrNull("startedAt"))
                .finishedAt(input.instantOrNull("finishedAt"))
                .parent(() -> input.executionOrNull("parentId", "parentExternalId"))
                .retryOf(() -> input.executionOrNull("retryOf", "retryOfExternalId"))
                .result(input.jsonOrNull("result"))
                .error(error(input.objectOrNull("error")))
                .build();
    }

    private static @Nullable ExecutionError error(@Nullable Arguments error) {
        return error == null
                ? null
                : new ExecutionError(
                        error.recordedText("message"),
                        error.recordedText("type"),
                        error.recordedText("stackTrace"),
                        error.jsonOrNull("details"));
    }

    private static RecordingEvent stepsRecorded(Arguments input) {
        return new StepsRecorded(
                input.execution(),
                input.stringOrNull("owner"),
                input.workflowOrNull(),
                input.objects("steps").stream().map(Mutations::step).toList());
    }

    private static StepEvent step(Arguments step) {
        return StepEvent.builder(
                        Objects.requireNonNull(step.integerOrNull("index")),
                        Objects.requireNonNull(step.recordedText("name")),
                        StepStatus.valueOf(step.string("status")))
                .parentIndex(step.integerOrNull("parentIndex"))
                .attempt(step.integerOrNull("attempt"))
                .kind(step.recordedText("kind"))
                .startedAt(step.instantOrNull("startedAt"))
                .finishedAt(step.instantOrNull("finishedAt"))
                .input(step.jsonOrNull("input"))
                .output(step.jsonOrNull("output"))
                .error(error(step.objectOrNull("error")))
                .build();
    }

    /** Records the event of an input. */
    private static DataFetcher<CompletionStage<Map<String, Object>>> recording(
            Function<Arguments, RecordingEvent> event) {
        return env -> bus(env).request(new RecordEvents(
                        viewer(env), List.of(event.apply(arguments(env).input().requireExternalIdOfSource()))))
                .map(recorded -> {
                    Outcome outcome = recorded.outcomes().get(0);
                    return Map.<String, Object>of(
                            "execution", asSeenBy(viewer(env), outcome.orThrow()), "warnings", outcome.warnings());
                })
                .toCompletionStage();
    }

    private static Future<Cleanup> cleanupExecutions(Bus bus, Viewer viewer, Arguments input) {
        return bus.request(RequestCleanup.builder(viewer)
                .olderThan(input.durationOrNull("olderThan"))
                .before(input.instantOrNull("before"))
                .statuses(input.statusesToDelete("statuses"))
                .workflowId(input.idOrNull("workflowId"))
                .keepLast(input.integerOrNull("keepLast"))
                .ignorePolicies(input.flag("ignorePolicies"))
                .owner(input.stringOrNull("owner"))
                .allOwners(input.flag("allOwners"))
                .dryRun(input.flag("dryRun"))
                .build());
    }

    private static Future<Cleanup> deleteWorkflow(Bus bus, Viewer viewer, Arguments input) {
        return bus.request(
                new DeleteWorkflow(viewer, input.workflow(), input.stringOrNull("owner"), input.flag("dryRun")));
    }

    private static Future<RetentionPolicy> setRetentionPolicy(Bus bus, Viewer viewer, Arguments input) {
        GivenDuration keepFor = input.givenDurationOrNull("keepFor");
        return bus.request(new SetRetentionPolicy(
                viewer,
                input.idOrNull("workflowId"),
                input.stringOrNull("owner"),
                input.flag("allOwners"),
                input.statusesToDelete("statuses"),
                keepFor == null ? null : keepFor.value(),
                keepFor == null ? null : keepFor.text(),
                input.integerOrNull("keepLast")));
    }

    private static Future<Execution> hold(Bus bus, Viewer viewer, Arguments input, boolean held) {
        return bus.request(new HoldExecution(viewer, input.id("executionId"), held, input.stringOrNull("reason")))
                .map(HoldExecution.Result::execution)
                .map(execution -> asSeenBy(viewer, execution));
    }

    /** Neither engines nor operators see the contents of another owner's execution. */
    private static Execution asSeenBy(Viewer viewer, Execution execution) {
        return execution.owner().equals(viewer.subject()) ? execution : execution.withoutContents();
    }

    /** Carries out a mutation for a viewer. */
    private interface Operation<T> {
        Future<T> apply(Bus bus, Viewer viewer, Arguments input);
    }

    /** Puts what an operation returns into the mutation's payload, as the given member. */
    private static <T> DataFetcher<CompletionStage<Map<String, T>>> mutation(String member, Operation<T> operation) {
        return env -> operation
                .apply(bus(env), viewer(env), arguments(env).input())
                .map(result -> Map.of(member, result))
                .toCompletionStage();
    }
}
