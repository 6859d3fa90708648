/**
 * Reads counts from the rollups: statistics, and executions by status and time. {@link
 * dev.runlog.storage.statistics.IntervalCounts} combines whole days with parts of days.
 */
@NullMarked
package dev.runlog.storage.statistics;

import org.jspecify.annotations.NullMarked;
