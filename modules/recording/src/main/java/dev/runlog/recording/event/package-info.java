/**
 * Checks events. {@link dev.runlog.recording.event.EventPolicy} refuses an event or turns it into a {@link
 * dev.runlog.recording.event.ValidEvent}, which is ready to store.
 */
@NullMarked
package dev.runlog.recording.event;

import org.jspecify.annotations.NullMarked;
