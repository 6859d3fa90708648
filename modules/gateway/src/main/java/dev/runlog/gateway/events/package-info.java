/** Bulk recording of newline-delimited JSON, with one reply for all lines. */
@NullMarked
package dev.runlog.gateway.events;

import org.jspecify.annotations.NullMarked;
