package dev.runlog.gateway.graphql.render;

import graphql.execution.AsyncSerialExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.execution.FieldValueInfo;

/** Carries out mutations one after the other, and renders their payloads. */
public final class SerialRenderer extends AsyncSerialExecutionStrategy {
    private final Renderer renderer;

    public SerialRenderer(DataFetcherExceptionHandler failures, Renderer renderer) {
        super(failures);
        this.renderer = renderer;
    }

    @Override
    protected FieldValueInfo completeValue(ExecutionContext context, ExecutionStrategyParameters parameters) {
        return renderer.completeValue(context, parameters);
    }
}
