/**
 * What viewers read: executions with their steps, workflows and statistics. {@link
 * dev.runlog.storage.read.ExecutionReads}, {@link dev.runlog.storage.read.WorkflowReads} and {@link
 * dev.runlog.storage.read.StatisticsReads} are its doors; every statement about executions comes from {@code
 * ExecutionSelect}.
 */
@NullMarked
package dev.runlog.storage.read;

import org.jspecify.annotations.NullMarked;
