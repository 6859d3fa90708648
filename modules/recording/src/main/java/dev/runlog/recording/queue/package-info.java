/**
 * Events waiting for a batch. {@link dev.runlog.recording.queue.Admission} decides whether there is room for them, and
 * each {@link dev.runlog.recording.queue.Lane} hands its events to a writer.
 */
@NullMarked
package dev.runlog.recording.queue;

import org.jspecify.annotations.NullMarked;
