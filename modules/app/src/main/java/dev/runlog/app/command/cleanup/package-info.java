/** The commands for cleanups and retention policies. */
@NullMarked
package dev.runlog.app.command.cleanup;

import org.jspecify.annotations.NullMarked;
