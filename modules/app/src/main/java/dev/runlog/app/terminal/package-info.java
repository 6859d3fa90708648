/** What the command line prints: text of others cannot steer a terminal or reorder what stands on it. */
@NullMarked
package dev.runlog.app.terminal;

import org.jspecify.annotations.NullMarked;
