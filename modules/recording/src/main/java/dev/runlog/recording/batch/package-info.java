/**
 * Writes to the database. {@link dev.runlog.recording.batch.BatchWriter} creates missing days and workflows, then commits
 * a batch in one transaction. {@link dev.runlog.recording.batch.HeartbeatSweep} marks executions as crashed.
 */
@NullMarked
package dev.runlog.recording.batch;

import org.jspecify.annotations.NullMarked;
