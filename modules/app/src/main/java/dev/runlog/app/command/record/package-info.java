/** {@code runlog record}: runs a command, copies its output and records the run. */
@NullMarked
package dev.runlog.app.command.record;

import org.jspecify.annotations.NullMarked;
