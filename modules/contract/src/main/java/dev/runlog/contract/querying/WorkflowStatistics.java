package dev.runlog.contract.querying;

import dev.runlog.contract.model.Workflow;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of one workflow.
 *
 * @param stored executions stored now, by status
 * @param recorded executions ever recorded, including deleted ones, by status
 * @param averageDuration of finished executions; null without any
 */
public record WorkflowStatistics(
        Workflow workflow,
        StatusCounts stored,
        StatusCounts recorded,
        @Nullable Duration averageDuration) {}
