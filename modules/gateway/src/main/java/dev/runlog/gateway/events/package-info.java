/** Bulk recording: newline-delimited JSON in, one answer for all lines. */
@NullMarked
package dev.runlog.gateway.events;

import org.jspecify.annotations.NullMarked;
