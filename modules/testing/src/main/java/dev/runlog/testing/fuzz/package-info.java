/** Fuzzing: generated inputs, and checks that parsers accept or reject each of them. */
@NullMarked
package dev.runlog.testing.fuzz;

import org.jspecify.annotations.NullMarked;
