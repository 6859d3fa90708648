/** Connectors read events from message queues, and record them by the event bus. One package each. */
@NullMarked
package dev.runlog.connectors;

import org.jspecify.annotations.NullMarked;
