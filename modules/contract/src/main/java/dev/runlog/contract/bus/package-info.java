/**
 * The typed event bus: a request names the type of its reply, an event is published to whoever listens, and the
 * address is the message's type. Messages are immutable records, handed over as they are within a process and as JSON
 * between processes.
 */
@NullMarked
package dev.runlog.contract.bus;

import org.jspecify.annotations.NullMarked;
