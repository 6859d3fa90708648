/** Safe output on a terminal: recorded text cannot control it or reorder what it shows. */
@NullMarked
package dev.runlog.app.terminal;

import org.jspecify.annotations.NullMarked;
