package dev.runlog.gateway.graphql.resolve;

import dev.runlog.contract.model.ExecutionPart;
import dev.runlog.contract.model.StepPart;
import dev.runlog.gateway.graphql.render.SelectedFields;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The large parts of executions and steps that a selection needs: what nobody asks for is not read. */
final class LargeParts {
    private static final Map<String, ExecutionPart> OF_EXECUTION =
            Map.of("payload", ExecutionPart.PAYLOAD, "result", ExecutionPart.RESULT);
    private static final Map<String, ExecutionPart> OF_ITS_ERROR =
            Map.of("details", ExecutionPart.ERROR_DETAILS, "stackTrace", ExecutionPart.STACK_TRACE);
    private static final Map<String, StepPart> OF_STEP = Map.of("input", StepPart.INPUT, "output", StepPart.OUTPUT);
    private static final Map<String, StepPart> OF_ERROR_OF_STEP = Map.of(
            "message", StepPart.ERROR_MESSAGE,
            "details", StepPart.ERROR_DETAILS,
            "stackTrace", StepPart.STACK_TRACE);

    private LargeParts() {}

    static Set<ExecutionPart> ofExecution(SelectedFields execution) {
        Set<ExecutionPart> parts = EnumSet.noneOf(ExecutionPart.class);
        add(OF_EXECUTION, execution, parts);
        execution.below("error").forEach(error -> add(OF_ITS_ERROR, error, parts));
        return parts;
    }

    /**
     * The parts of the steps of a connection.
     *
     * @param connection what is selected in the connection
     */
    static Set<StepPart> ofSteps(SelectedFields connection) {
        Set<StepPart> parts = EnumSet.noneOf(StepPart.class);
        Stream.concat(connection.below("nodes"), connection.below("edges").flatMap(edge -> edge.below("node")))
                .forEach(step -> {
                    add(OF_STEP, step, parts);
                    step.below("error").forEach(error -> add(OF_ERROR_OF_STEP, error, parts));
                });
        return parts;
    }

    private static <P> void add(Map<String, P> partsByField, SelectedFields selected, Set<P> parts) {
        partsByField.forEach((field, part) -> {
            if (selected.has(field)) {
                parts.add(part);
            }
        });
    }
}
