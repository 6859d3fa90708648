/**
 * The typed event bus. A request names the type of its reply, an event goes to all subscribers, and the address is the
 * message type. Messages are immutable records, passed by reference within a process and as JSON between processes.
 */
@NullMarked
package dev.runlog.contract.bus;

import org.jspecify.annotations.NullMarked;
