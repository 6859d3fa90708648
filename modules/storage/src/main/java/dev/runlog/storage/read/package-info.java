/**
 * The reads for viewers: executions with their steps, workflows and statistics. Entry points are {@link
 * dev.runlog.storage.read.ExecutionReads}, {@link dev.runlog.storage.read.WorkflowReads} and {@link
 * dev.runlog.storage.read.StatisticsReads}. {@code ExecutionSelect} creates the queries for executions,
 * by the index that {@code Source} chooses; {@code SliceScan} reads those with conditions that no index serves.
 */
@NullMarked
package dev.runlog.storage.read;

import org.jspecify.annotations.NullMarked;
