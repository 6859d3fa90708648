/**
 * The reads for viewers: executions with their steps, and workflows. Entry points are {@link
 * dev.runlog.storage.read.ExecutionReads} and {@link dev.runlog.storage.read.WorkflowReads}. {@code ExecutionSelect} creates the queries for executions,
 * by the index that {@code Source} chooses; {@code SliceScan} reads those with conditions that no index serves.
 */
@NullMarked
package dev.runlog.storage.read;

import org.jspecify.annotations.NullMarked;
