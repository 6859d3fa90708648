/** Records runs in Runlog from any engine: start one, tell its steps, finish it. Never in the way of the work itself. */
@NullMarked
package dev.runlog.client;

import org.jspecify.annotations.NullMarked;
